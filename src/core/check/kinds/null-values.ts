import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted } from '../judging.ts';
import { required } from './required.ts';

/** ODCS library metric `nullValues`: how many rows are NULL; the rate is over all rows evaluated. */
export const nullValues: CheckKind<SpecOf<'nullValues'>> = {
  kind: 'nullValues',
  compile: (spec, context) => required.compile({ ...spec, kind: 'required' }, context),
  judge: (spec, state) => judgeCounted(spec, state, 'null'),
};
