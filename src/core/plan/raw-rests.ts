/** Counts the values that say more than the engine reads of them, where they are read raw; see core/parquet. */
import { type InexactColumn, rawName } from '../parquet/raw-columns.ts';
import { type CompiledQuery, compile, identifier, join, type SqlFragment, sql, value, wholeNumber } from '../sql.ts';

/** A column whose values can be read raw. */
export type RawColumn = InexactColumn & { readonly raw: Exclude<InexactColumn['raw'], null> };

/** A row for each file with rows: its `position`, and `n0`, `n1`, ... for the columns, in their order. */
export function restCounts(localPaths: readonly string[], columns: readonly RawColumn[]): CompiledQuery {
  const counts = columns.map(
    ({ raw }, index) =>
      sql`count(CASE WHEN ${hasRest(raw, identifier(rawName(index)))} THEN 1 END) AS ${identifier(`n${index}`)}`,
  );
  return compile(sql`SELECT CAST(file_index AS BIGINT) AS position, ${join(counts, ', ')}
    FROM read_parquet(CAST(${value(localPaths)} AS VARCHAR[]), hive_partitioning = false) GROUP BY 1`);
}

/** The engine keeps microseconds. */
function hasRest(raw: RawColumn['raw'], column: SqlFragment): SqlFragment {
  return raw === 'nanoseconds' ? sql`${column} % 1000 <> 0` : int96HasRest(column);
}

/** 256 to the powers of 0 to 7, modulo 1000. */
const POWERS = [1, 256, 536, 216, 296, 776, 656, 936];

/**
 * INT96 is the nanoseconds of the day in eight bytes and the Julian day in four, each with its lowest byte first. Days
 * beyond the year 270000 do not fit into 64 bits of microseconds.
 */
function int96HasRest(column: SqlFragment): SqlFragment {
  const bits = sql`CAST(CAST(${column} AS BIT) AS HUGEINT)`;
  const bytes = POWERS.map((power, index) => {
    const byte = sql`(CAST(${bits} >> 32 AS UBIGINT) >> ${wholeNumber(56 - 8 * index)}) & 255`;
    return sql`(${byte}) * ${wholeNumber(power)}`;
  });
  return sql`(${join(bytes, ' + ')}) % 1000 <> 0 OR (${bits} & 255) >= 6`;
}
