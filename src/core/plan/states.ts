/** Reads the engine's answers into check states. A missing row or column is a failure, never a zero. */
import type { CheckState, ObjectCount } from '../check/check.ts';
import { GROUP_COLUMN, OBJECT_COLUMN, type Relation } from './relation.ts';
import type { KeySize, ScanStep } from './step.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows of each object as the scan counted them; objects without rows are left out by GROUP BY. */
export interface ScanCounts {
  readonly total: bigint;
  readonly perObject: ReadonlyMap<string, bigint>;
}

/** The states of every check of the fused scan. */
export function scanStates(step: ScanStep, rows: readonly Row[], relation: Relation): ReadonlyMap<string, CheckState> {
  const counted = step.counters.map((counter): readonly [string, CheckState] => [
    counter.check,
    countedState(rows, relation, counter.failing, counter.evaluated ?? 'n'),
  ]);
  const maxima = step.maxima.map(({ check, column }): readonly [string, CheckState] => [
    check,
    maximumState(rows, column),
  ]);
  return new Map([...counted, ...maxima]);
}

/**
 * The state of one predicate's own statement, which says how many rows it saw.
 *
 * @param total rows of the table as the fused scan counted them
 */
export function rowsState(rows: readonly Row[], relation: Relation, total: bigint): CheckState {
  const seen = scanCounts(rows, relation);
  if (seen === null || seen.total !== total) {
    return { form: 'failed', why: 'the statement of this check did not see every row', help: null };
  }
  return countedState(rows, relation, 'failing', 'evaluated');
}

/**
 * The state of a key from its counts. The repeated keys are counted by another statement than the distinct ones, and
 * both must tell one story.
 *
 * @param different distinct keys
 * @param repeated keys that occur more than once, and the rows that carry them
 */
export function keyState(
  { rows, filled }: KeySizes,
  different: bigint,
  repeated: { readonly keys: bigint; readonly failing: bigint },
  nullsFail: boolean,
): CheckState {
  if (filled - different !== repeated.failing - repeated.keys) {
    return { form: 'failed', why: 'the engine counted the repeated keys in two ways that contradict', help: null };
  }
  const nullKeys = rows - filled;
  return {
    form: 'counted',
    failing: nullsFail ? repeated.failing + nullKeys : repeated.failing,
    evaluated: nullsFail ? rows : filled,
    objects: [],
    duplicateKeys: repeated.keys,
    nullKeys: nullsFail ? nullKeys : null,
  };
}

/** How many rows each object gave. */
export function scanCounts(rows: readonly Row[], relation: Relation): ScanCounts | null {
  const perObject = new Map<string, bigint>();
  for (const row of rows) {
    const [path, count] = [objectPath(row, relation), integer(row['n'])];
    if (path === null || count === null || perObject.has(path)) return null;
    perObject.set(path, count);
  }
  return { total: [...perObject.values()].reduce((sum, count) => sum + count, 0n), perObject };
}

/** The size of a key set and, for integers, its bounds. */
export interface KeySizes {
  readonly rows: bigint;
  readonly filled: bigint;
  readonly low: bigint | null;
  readonly high: bigint | null;
}

/** Merges the sizes of a key set over the objects of the scan; null when a count is missing or beyond its whole. */
export function keySizesOf(size: KeySize, rows: readonly Row[]): KeySizes | null {
  const counts = rows.map((row) => [integer(row['n']), integer(row[size.filled])] as const);
  if (counts.some(([all, filled]) => all === null || filled === null || filled > all)) return null;
  const bounds = (column: string | null): readonly bigint[] =>
    column === null ? [] : rows.map((row) => integer(row[column])).filter((one) => one !== null);
  const least = (best: bigint | null, one: bigint): bigint => (best === null || one < best ? one : best);
  const greatest = (best: bigint | null, one: bigint): bigint => (best === null || one > best ? one : best);
  return {
    rows: counts.reduce((sum, [all]) => sum + (all ?? 0n), 0n),
    filled: counts.reduce((sum, [, filled]) => sum + (filled ?? 0n), 0n),
    low: bounds(size.low).reduce<bigint | null>(least, null),
    high: bounds(size.high).reduce<bigint | null>(greatest, null),
  };
}

function countedState(
  rows: readonly Row[],
  relation: Relation,
  failingColumn: string,
  evaluatedColumn: string,
): CheckState {
  const objects: ObjectCount[] = [];
  let failing = 0n;
  let evaluated = 0n;
  for (const row of rows) {
    const [path, bad, seen] = [objectPath(row, relation), integer(row[failingColumn]), integer(row[evaluatedColumn])];
    if (path === null || bad === null || seen === null || bad > seen || bad < 0n) {
      return { form: 'failed', why: 'the engine left a count out', help: null };
    }
    failing += bad;
    evaluated += seen;
    if (bad > 0n) objects.push({ path, failing: bad });
  }
  return { form: 'counted', failing, evaluated, objects: worstFirst(objects), duplicateKeys: null, nullKeys: null };
}

function worstFirst(objects: readonly ObjectCount[]): readonly ObjectCount[] {
  return [...objects]
    .sort((left, right) =>
      left.failing === right.failing ? left.path.localeCompare(right.path) : left.failing < right.failing ? 1 : -1,
    )
    .slice(0, 10);
}

function maximumState(rows: readonly Row[], column: string): CheckState {
  if (rows.some((row) => row[column] !== null && integer(row[column]) === null)) {
    return { form: 'failed', why: 'the engine left a maximum out', help: null };
  }
  const values = rows.map((row) => integer(row[column])).filter((one) => one !== null);
  const largest = values.reduce<bigint | null>((best, one) => (best === null || one > best ? one : best), null);
  return { form: 'aggregate', value: largest === null ? null : largest.toString() };
}

function objectPath(row: Row, relation: Relation): string | null {
  const [group, object] = [integer(row[GROUP_COLUMN]), integer(row[OBJECT_COLUMN])];
  if (group === null || object === null) return null;
  return relation.groups[Number(group)]?.[Number(object)]?.facts.path ?? null;
}

/** A count as the engine gives it: text for 64 bits and more, a number below. */
export function integer(value: unknown): bigint | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : null;
}
