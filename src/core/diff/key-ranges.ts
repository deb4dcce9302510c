/** Where the differing keys lie, so that most other keys can be told from them by comparing and need not be looked up. */
import { integer } from '../plan/states.ts';
import { type CompiledQuery, compile, sql, value } from '../sql.ts';
import { keyName } from './side-rows.ts';

/** Both ends included. */
export interface KeyRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** Parts that the whole is looked at in. */
const PARTS = 1024;
/** Ranges that are compared with: each costs something for every key. */
const MOST_RANGES = 4;

/**
 * The bounds `low` and `high` of the differing keys in each part of the whole, a row for a part that has some. Where a part
 * ends is rounded, its bounds are not: whatever part a key is counted to, it is within that part's bounds.
 */
export function rangesOfParts({ low, high }: KeyRange): CompiledQuery {
  const width = Math.max(1, Number(high - low) / PARTS);
  const part = sql`floor((CAST(${keyName(0)} AS DOUBLE) - CAST(${value(String(Number(low)))} AS DOUBLE)) / CAST(${value(String(width))} AS DOUBLE))`;
  return compile(sql`SELECT min(${keyName(0)}) AS low, max(${keyName(0)}) AS high FROM sluice_delta
    WHERE class <> 'm' GROUP BY ${part}`);
}

/** Few ranges with all of these: the widest gaps between them stay open. */
export function fewRanges(rows: readonly Readonly<Record<string, unknown>>[], most = MOST_RANGES): readonly KeyRange[] {
  const parts = rows
    .flatMap((row): readonly KeyRange[] => {
      const [low, high] = [integer(row['low']), integer(row['high'])];
      return low === null || high === null ? [] : [{ low, high }];
    })
    .sort((one, other) => compare(one.low, other.low));
  const gaps = parts
    .slice(1)
    .map((part, index) => ({ at: index + 1, width: part.low - (parts[index]?.high ?? part.low) }));
  const widest = gaps.sort((one, other) => compare(other.width, one.width)).slice(0, most - 1);
  const starts = [0, ...widest.map(({ at }) => at).sort((one, other) => one - other)];
  return starts.flatMap((start, index): readonly KeyRange[] => {
    const own = parts.slice(start, starts[index + 1]);
    const [first] = own;
    const highest = own
      .map(({ high }) => high)
      .sort(compare)
      .at(-1);
    return first === undefined || highest === undefined ? [] : [{ low: first.low, high: highest }];
  });
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
