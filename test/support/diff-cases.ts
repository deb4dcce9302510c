/** Random pairs of table versions, laid out in objects, and the truth about them. */

/** A row: two key columns, two others. */
export type Values = readonly [k: number | null, l: string | null, x: number | null, y: string | null];
/** Rows by object; the same array on both sides is an object that both versions share. */
export type Objects = ReadonlyMap<string, readonly Values[]>;

export interface DiffCase {
  readonly base: Objects;
  readonly merge: Objects;
}

export interface Truth {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly duplicateKeys: { readonly keys: number; readonly baseRows: number; readonly mergeRows: number };
  readonly nullKeys: { readonly inserted: number; readonly deleted: number };
  /** Updated rows in which x changed, and y. */
  readonly changed: readonly [number, number];
}

export const NOTHING: Truth = {
  inserted: 0,
  updated: 0,
  deleted: 0,
  duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
  nullKeys: { inserted: 0, deleted: 0 },
  changed: [0, 0],
};

/** mulberry32: the same cases on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Small domains, so that equal keys, equal rows and nulls meet in every way; half of the cases have a true key. */
export function randomCase(random: () => number): DiffCase {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const keys = 2 + upTo(12);
  const row = (): Values => [
    random() < 0.08 ? null : upTo(keys),
    random() < 0.05 ? null : (['a', 'b'][upTo(2)] ?? 'a'),
    random() < 0.2 ? null : upTo(3),
    random() < 0.2 ? null : (['', 'x', 'X', ' x'][upTo(4)] ?? ''),
  ];
  const paths = Array.from({ length: 1 + upTo(4) }, (_none, index) => `o${index}`);
  const rows = Array.from({ length: upTo(16) }, row);
  const base = spread(random() < 0.5 ? withoutRepeats(rows) : rows, paths, upTo);
  return { base, merge: rewrite(base, row, random) };
}

function withoutRepeats(rows: readonly Values[]): readonly Values[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

function spread(rows: readonly Values[], paths: readonly string[], upTo: (limit: number) => number): Objects {
  const objects = new Map<string, Values[]>(paths.map((path) => [path, []]));
  for (const row of rows) objects.get(paths[upTo(paths.length)] ?? '')?.push(row);
  return objects;
}

/** Keeps some objects, and drops, changes, moves and doubles rows of the others. */
function rewrite(base: Objects, row: () => Values, random: () => number): Objects {
  const merge = new Map<string, readonly Values[]>();
  const moving: Values[] = [];
  const free: string[] = [];
  for (const [path, rows] of base) {
    if (random() < 0.45) {
      merge.set(path, rows);
      continue;
    }
    const changed = rows.flatMap((one): readonly Values[] => {
      const change = random();
      if (change < 0.15) return [];
      return [change < 0.35 ? [one[0], one[1], row()[2], row()[3]] : one];
    });
    const stays = random() < 0.8;
    const kept = changed.filter(() => stays && random() < 0.7);
    moving.push(...changed.filter((one) => !kept.includes(one) || random() < 0.05));
    if (stays) merge.set(path, kept);
    else free.push(path);
  }
  while (random() < 0.5) moving.push(row());
  if (moving.length > 0) merge.set(random() < 0.5 ? 'new' : (free[0] ?? 'new'), moving);
  return merge;
}

function keyOf(row: Values): string {
  return JSON.stringify([row[0], row[1]]);
}

/** The truth, told from both tables as a whole, without a thought of objects. */
export function naiveDiff({ base, merge }: DiffCase, keyed: boolean): Truth {
  const [left, right] = [[...base.values()].flat(), [...merge.values()].flat()];
  const hasKey = (row: Values): boolean => keyed && row[0] !== null && row[1] !== null;
  const [before, after] = [left.filter((row) => !hasKey(row)), right.filter((row) => !hasKey(row))];
  const bags = { inserted: surplus(after, before), deleted: surplus(before, after) };
  if (!keyed) return { ...NOTHING, ...bags };
  const [one, other] = [byKey(left.filter(hasKey)), byKey(right.filter(hasKey))];
  const keys = [...new Set([...one.keys(), ...other.keys()])];
  return keys
    .map((key) => diffOfKey(one.get(key) ?? [], other.get(key) ?? []))
    .reduce(add, { ...NOTHING, nullKeys: bags });
}

function byKey(rows: readonly Values[]): ReadonlyMap<string, readonly Values[]> {
  const groups = new Map<string, Values[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function diffOfKey(before: readonly Values[], after: readonly Values[]): Truth {
  if (surplus(before, after) + surplus(after, before) === 0) return NOTHING;
  if (before.length > 1 || after.length > 1) {
    return { ...NOTHING, duplicateKeys: { keys: 1, baseRows: before.length, mergeRows: after.length } };
  }
  const [old, now] = [before[0], after[0]];
  if (old === undefined) return { ...NOTHING, inserted: 1 };
  if (now === undefined) return { ...NOTHING, deleted: 1 };
  return { ...NOTHING, updated: 1, changed: [old[2] === now[2] ? 0 : 1, old[3] === now[3] ? 0 : 1] };
}

/** How many rows of one bag are not in the other. */
function surplus(one: readonly Values[], other: readonly Values[]): number {
  const left = other.map((row) => JSON.stringify(row));
  return one.filter((row) => {
    const found = left.indexOf(JSON.stringify(row));
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  }).length;
}

/** Sums field by field. */
export function add(one: Truth, other: Truth): Truth {
  const keys = (name: keyof Truth['duplicateKeys']): number => one.duplicateKeys[name] + other.duplicateKeys[name];
  const nulls = (name: keyof Truth['nullKeys']): number => one.nullKeys[name] + other.nullKeys[name];
  return {
    inserted: one.inserted + other.inserted,
    updated: one.updated + other.updated,
    deleted: one.deleted + other.deleted,
    duplicateKeys: { keys: keys('keys'), baseRows: keys('baseRows'), mergeRows: keys('mergeRows') },
    nullKeys: { inserted: nulls('inserted'), deleted: nulls('deleted') },
    changed: [one.changed[0] + other.changed[0], one.changed[1] + other.changed[1]],
  };
}
