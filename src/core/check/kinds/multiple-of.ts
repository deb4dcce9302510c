import { type SqlFragment, sql, typeName, value } from '../../sql.ts';
import type { CheckKind, ColumnBinding, SpecOf } from '../check.ts';
import { parseDecimal } from '../decimal.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';
import { decimalShape } from '../unify-types.ts';

/** Decimals of a floating point number that are looked at; a finer one fails. */
const FLOAT_SCALE = 12;
/** More would leave no digit before the point. */
const MAX_SCALE = 37;

/** ODCS `multipleOf`. Floating point is judged by its shortest decimal text, so that 0.3 is a multiple of 0.1. */
export const multipleOf: CheckKind<SpecOf<'multipleOf'>> = {
  kind: 'multipleOf',
  compile: (spec, context) => overColumn(spec, context, (column) => leavesRest(spec, column)),
  judge: (spec, state) => judgeCounted(spec, state, `no multiple of ${spec.divisor}`),
};

function leavesRest(spec: SpecOf<'multipleOf'>, column: ColumnBinding): SqlFragment | string {
  const divisor = parseDecimal(spec.divisor);
  if (divisor === null || divisor.digits <= 0n) return `multipleOf ${spec.divisor} is no positive number`;
  const { family } = column.type;
  if (family !== 'integer' && family !== 'decimal' && family !== 'float') return wrongType(spec, column, 'a number');
  if (family === 'integer' && divisor.scale === 0) {
    return sql`CAST(${column.expression} AS HUGEINT) % CAST(${value(divisor.digits.toString())} AS HUGEINT) <> 0`;
  }
  const text = family === 'float' ? sql`CAST(${column.expression} AS VARCHAR)` : column.expression;
  const scale = Math.max(
    divisor.scale,
    family === 'float' ? FLOAT_SCALE : (decimalShape(column.type.name)?.scale ?? 0),
  );
  if (scale > MAX_SCALE) return `multipleOf ${spec.divisor} is finer than the engine's ${MAX_SCALE} decimals`;
  const type: SqlFragment = { text: [`DECIMAL(38,${scale})`], values: [] };
  const exact = sql`TRY_CAST(${text} AS ${type})`;
  // A value too wide or too fine for 38 digits cannot be told to be a multiple: it fails.
  // Back through text: the engine's cast of a decimal to FLOAT divides, and misses the nearest one.
  const back = sql`CAST(CAST(${exact} AS VARCHAR) AS ${typeName(column.type)})`;
  const rounded = family === 'float' ? sql` OR ${back} <> ${column.expression}` : sql``;
  return sql`coalesce(${exact} % CAST(${value(spec.divisor)} AS ${type}) <> 0${rounded}, true)`;
}
