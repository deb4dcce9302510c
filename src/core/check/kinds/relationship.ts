import type { SqlFragment } from '../../sql.ts';
import type { CheckKind, ColumnBinding, CompileContext, Demand, SpecOf } from '../check.ts';
import { judgeCounted } from '../judging.ts';
import type { TypeFamily } from '../physical-type.ts';

/**
 * ODCS `relationships`: every key of the child is in the parent, both read at one commit. Judged on the whole tables,
 * so that a deleted parent is caught as well as a new child. Rows with a NULL in the key are not evaluated (SQL's
 * simple match).
 */
export const relationship: CheckKind<SpecOf<'relationship'>> = {
  kind: 'relationship',
  compile: (spec, context) => {
    const parent = context.parent(spec.parent);
    if (parent === undefined) {
      return { form: 'impossible', why: `the parent table ${spec.parent.table} has no readable objects here` };
    }
    const [here, there] = [spec.columns.length, spec.parent.columns.length];
    if (here !== there || here === 0) {
      return { form: 'impossible', why: `the relationship names ${here} columns here and ${there} there` };
    }
    const pairs: { child: SqlFragment; parent: SqlFragment }[] = [];
    for (const [index, childName] of spec.columns.entries()) {
      const pair = pairOf(context, parent.column, childName, spec.parent.columns[index] ?? '', spec.parent.table);
      if ('form' in pair) return pair;
      pairs.push(pair);
    }
    return { form: 'reference', pairs, parent: parent.relation };
  },
  judge: (spec, state) =>
    judgeCounted(
      spec,
      state,
      `without a row in ${spec.parent.table}`,
      `add the missing rows to ${spec.parent.table}, or remove the rows that point to them`,
    ),
};

function pairOf(
  context: CompileContext,
  parentColumn: (name: string) => ColumnBinding | undefined,
  childName: string,
  parentName: string,
  parentTable: string,
): { readonly child: SqlFragment; readonly parent: SqlFragment } | (Demand & { readonly form: 'impossible' }) {
  const child = context.column(childName);
  if (child === undefined) return { form: 'impossible', why: context.whyNot(childName) };
  const parent = parentColumn(parentName);
  if (parent === undefined) {
    return { form: 'impossible', why: `column ${parentName} of the parent table ${parentTable} cannot be read` };
  }
  if (comparable(child.type.family) !== comparable(parent.type.family)) {
    return {
      form: 'impossible',
      why: `${childName} is ${child.type.name} and ${parentTable}.${parentName} is ${parent.type.name}: they cannot be compared`,
    };
  }
  return { child: child.expression, parent: parent.expression };
}

/** Exact numbers compare with one another; everything else only with its own family. */
function comparable(family: TypeFamily): TypeFamily {
  return family === 'decimal' ? 'integer' : family;
}
