import type { CheckKind, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';

/** ODCS `type: text`: a rule for people. Listed, never passed. */
export const textRule: CheckKind<SpecOf<'text'>> = {
  kind: 'text',
  compile: () => ({ form: 'facts' }),
  judge: () => ({ outcome: 'skip', failing: null, evaluated: null, observed: 'for people: not executed' }),
};

/** A rule that the contract states and Sluice cannot run. Doubt blocks. */
export const unsupported: CheckKind<SpecOf<'unsupported'>> = {
  kind: 'unsupported',
  compile: (spec) => ({ form: 'impossible', why: spec.why }),
  judge: (spec) => notRun(spec.why),
};
