import { join, type SqlFragment, sql, value } from '../../sql.ts';
import type { CheckKind, ColumnBinding, SpecOf } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';

/** ODCS `minItems`, `maxItems` and `uniqueItems` of arrays. */
export const arrayItems: CheckKind<SpecOf<'arrayItems'>> = {
  kind: 'arrayItems',
  compile: (spec, context) =>
    overColumn(spec, context, (column) => {
      const items = itemsOf(column);
      if (items === null) return wrongType(spec, column, 'a list');
      const size = sql`len(${items})`;
      const few = spec.minimum === null ? [] : [sql`${size} < CAST(${value(spec.minimum)} AS BIGINT)`];
      const many = spec.maximum === null ? [] : [sql`${size} > CAST(${value(spec.maximum)} AS BIGINT)`];
      // list_distinct leaves NULL out, so NULLs are counted apart and at most one is unique.
      const repeated = spec.unique
        ? [
            sql`len(list_distinct(${items})) + least(len(list_filter(${items}, lambda item: item IS NULL)), 1) <> ${size}`,
          ]
        : [];
      return sql`(${join([...few, ...many, ...repeated], ' OR ')})`;
    }),
  judge: (spec, state) => judgeCounted(spec, state, 'of another size, or with repeated items'),
};

/** The list itself; of a JSON text its elements, compared as they are written. */
function itemsOf({ expression, type }: ColumnBinding): SqlFragment | null {
  if (type.family === 'json') return sql`json_extract(${expression}, '$[*]')`;
  return type.family === 'list' ? expression : null;
}
