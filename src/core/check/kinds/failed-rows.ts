import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted } from '../judging.ts';

/** `engine: sluice`, `check: failedRows`: a SELECT that gives the rows that break the rule; they are counted. */
export const failedRows: CheckKind<SpecOf<'failedRows'>> = {
  kind: 'failedRows',
  compile: (spec) => ({ form: 'query', sql: spec.query, result: 'rows' }),
  judge: (spec, state) => judgeCounted(spec, state, 'given by the query'),
};
