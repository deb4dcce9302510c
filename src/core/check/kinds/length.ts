import { join, sql, value } from '../../sql.ts';
import type { CheckKind, SpecOf } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';

/** ODCS `minLength` and `maxLength`, in Unicode code points. */
export const length: CheckKind<SpecOf<'length'>> = {
  kind: 'length',
  compile: (spec, context) =>
    overColumn(
      spec,
      context,
      (column) => {
        if (column.type.family !== 'text') return wrongType(spec, column, 'text');
        const size = sql`length(${column.expression})`;
        const short = spec.minimum === null ? [] : [sql`${size} < CAST(${value(spec.minimum)} AS BIGINT)`];
        const long = spec.maximum === null ? [] : [sql`${size} > CAST(${value(spec.maximum)} AS BIGINT)`];
        return sql`(${join([...short, ...long], ' OR ')})`;
      },
      'null',
    ),
  judge: (spec, state) => judgeCounted(spec, state, 'of another length'),
};
