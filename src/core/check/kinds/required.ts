import type { CheckKind, SpecOf } from '../check.ts';
import { isNull, judgeCounted } from '../judging.ts';

/** ODCS `required`: no row may be NULL. */
export const required: CheckKind<SpecOf<'required'>> = {
  kind: 'required',
  compile: (spec, context) => {
    const name = spec.columns[0] ?? '';
    const column = context.presence(name);
    if (column === undefined) return { form: 'impossible', why: context.whyNot(name) };
    return { form: 'rows', evaluated: { which: 'all' }, failing: isNull(column) };
  },
  judge: (spec, state) =>
    judgeCounted(spec, state, 'null', `fill ${spec.columns[0] ?? 'the column'}, or drop \`required\``),
};
