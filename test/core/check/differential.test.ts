/**
 * Random small tables under random rules, judged by Sluice in a real engine and by a few lines of TypeScript that know
 * nothing of SQL. Both must count the same. All tables of a round are one contract and one engine run; every table is
 * spread over up to ten objects in mixed order, which must not change a count.
 */
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../src/core/report/report.ts';
import { runLocal, type TestFile } from '../../support/run-local.ts';

const SEED = Number(process.env['SLUICE_TEST_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 4;
const TABLES = 60;

type Value = string | number | bigint | boolean | null;

interface ColumnType {
  readonly sql: string;
  readonly logical: string;
  readonly values: readonly Value[];
  /** The value as a SQL literal. */
  readonly literal: (value: Value) => string;
  /** Equal exactly when the engine must hold two values for one. */
  readonly identity: (value: Value) => string;
}

const quoted = (value: Value): string => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);
const plain = (value: Value): string => (value === null ? 'NULL' : String(value));
const same = (value: Value): string => `${typeof value}:${String(value)}`;

function typed(sql: string, logical: string, values: readonly Value[], literal = quoted, identity = same): ColumnType {
  return { sql, logical, values: [null, ...values], literal, identity };
}

/** 0 and -0 are one number, and every NaN is equal to every other. */
const asFloat = (value: Value): string => (Object.is(value, -0) ? 'number:0' : same(value));
const floats = [0, -0, 1, 1.5, -2, Number.NaN, Number.POSITIVE_INFINITY, 0.25];

const TYPES: readonly ColumnType[] = [
  typed('TINYINT', 'integer', [0, 1, 2, -3, 127], plain),
  typed('INTEGER', 'integer', [0, 1, 2, 3, -2147483648, 2147483647], plain),
  typed('BIGINT', 'integer', [0n, 1n, 7n, -9223372036854775807n, 9223372036854775807n], plain),
  typed('UBIGINT', 'integer', [0n, 1n, 18446744073709551615n, 9223372036854775808n], plain),
  typed('DECIMAL(38,0)', 'integer', [0n, 5n, -99999999999999999999999999999999999999n], plain),
  typed('DECIMAL(10,2)', 'number', ['0.00', '1.50', '-1.50', '99999999.99']),
  typed('FLOAT', 'number', floats, quotedFloat, asFloat),
  typed('DOUBLE', 'number', floats, quotedFloat, asFloat),
  typed('VARCHAR', 'string', ['', 'a', 'A', 'ab', ' a', 'ä', "o'b", '😀', 'N/A', 'NULL', 'a\nb']),
  typed('UUID', 'string', ['123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-000000000000']),
  typed('BOOLEAN', 'boolean', [true, false], plain),
  typed('DATE', 'date', ['2026-01-01', '1969-12-31', '2024-02-29', '9999-12-31']),
  typed('TIMESTAMP', 'timestamp', ['2026-01-01 00:00:00', '2026-01-01 00:00:00.000001', '1969-12-31 23:59:59']),
  typed('TIMESTAMPTZ', 'timestamp', ['2026-01-01 00:00:00+00', '2026-06-01 12:00:00+00']),
  typed('TIME', 'time', ['00:00:00', '23:59:59.999999', '12:00:00']),
];

function quotedFloat(value: Value): string {
  if (value === null) return 'NULL';
  const words = Number.isNaN(value) ? 'nan' : value === Number.POSITIVE_INFINITY ? 'inf' : null;
  return words === null ? (Object.is(value, -0) ? "'-0.0'" : String(value)) : `'${words}'`;
}

/** What the naive evaluator says of the rows. */
interface Expected {
  readonly failing: number;
  readonly evaluated: number;
  readonly keys?: number;
}

interface Rule {
  readonly kind: string;
  readonly yaml: string;
  readonly judge: (rows: readonly Value[]) => Expected;
}

type Random = () => number;

const present = (rows: readonly Value[]): readonly Exclude<Value, null>[] => rows.filter((value) => value !== null);

function required(): Rule {
  return {
    kind: 'required',
    yaml: 'required: true',
    judge: (rows) => ({ failing: rows.filter((value) => value === null).length, evaluated: rows.length }),
  };
}

function uniqueness(type: ColumnType, kind: 'unique' | 'primaryKey'): Rule {
  return {
    kind,
    yaml: `${kind}: true`,
    judge: (rows) => {
      const times = new Map<string, number>();
      for (const value of present(rows)) times.set(type.identity(value), (times.get(type.identity(value)) ?? 0) + 1);
      const repeated = [...times.values()].filter((count) => count > 1);
      const failing = repeated.reduce((sum, count) => sum + count, 0);
      const filled = present(rows).length;
      const nulls = rows.length - filled;
      return kind === 'unique'
        ? { failing, evaluated: filled, keys: repeated.length }
        : { failing: failing + nulls, evaluated: rows.length, keys: repeated.length };
    },
  };
}

/** A list of literals as YAML; values the list cannot spell (NaN, infinity) are left out of it. */
function listRule(kind: 'enum' | 'invalidValues' | 'missingValues', type: ColumnType, random: Random): Rule {
  const spelled = present(type.values).filter((value) => typeof value !== 'number' || Number.isFinite(value));
  const chosen = spelled.filter(() => random() < 0.5);
  const list = chosen.length > 0 ? chosen : spelled.slice(0, 1);
  const words = `[${list.map((value) => (typeof value === 'string' ? JSON.stringify(momentText(type, value)) : String(value))).join(', ')}]`;
  const listed = new Set(list.map(type.identity));
  const inside = (value: Value): boolean => listed.has(type.identity(value));
  if (kind === 'missingValues') {
    return {
      kind,
      yaml: `quality: [{metric: missingValues, arguments: {missingValues: ${words}}, mustBe: 0}]`,
      judge: (rows) => ({
        failing: rows.filter((value) => value === null || inside(value)).length,
        evaluated: rows.length,
      }),
    };
  }
  const yaml =
    kind === 'enum'
      ? `enum: [${list.map((value) => `{value: ${typeof value === 'string' ? JSON.stringify(momentText(type, value)) : String(value)}}`).join(', ')}]`
      : `quality: [{metric: invalidValues, arguments: {validValues: ${words}}, mustBe: 0}]`;
  return {
    kind,
    yaml,
    judge: (rows) => ({
      failing: present(rows).filter((value) => !inside(value)).length,
      evaluated: present(rows).length,
    }),
  };
}

/** Contracts write zones as `+00:00`. */
function momentText(type: ColumnType, value: string): string {
  return type.sql === 'TIMESTAMPTZ' ? value.replace(/\+00$/, '+00:00') : value;
}

function rangeRule(type: ColumnType, random: Random): Rule | null {
  const comparable = present(type.values).filter((value) => typeof value !== 'number' || Number.isFinite(value));
  if (['string', 'boolean'].includes(type.logical)) return null;
  const bound = pick(comparable, random);
  const side = random() < 0.5 ? 'minimum' : 'maximum';
  const exclusive = random() < 0.5;
  const option = exclusive ? `exclusive${side === 'minimum' ? 'Minimum' : 'Maximum'}` : side;
  const text =
    typeof bound === 'string' && type.logical !== 'number' ? JSON.stringify(momentText(type, bound)) : String(bound);
  const outside = (value: Exclude<Value, null>): boolean => {
    const order = compare(value, bound, type);
    if (Number.isNaN(value)) return true;
    if (side === 'minimum') return exclusive ? order <= 0 : order < 0;
    return exclusive ? order >= 0 : order > 0;
  };
  return {
    kind: 'range',
    yaml: `logicalTypeOptions: {${option}: ${text}}`,
    judge: (rows) => ({ failing: present(rows).filter(outside).length, evaluated: present(rows).length }),
  };
}

function compare(left: Exclude<Value, null>, right: Exclude<Value, null>, type: ColumnType): number {
  if (type.logical === 'number')
    return Math.sign(Number(left) - Number(right)) || (Number(left) === Number(right) ? 0 : 1);
  return left < right ? -1 : left > right ? 1 : 0;
}

function lengthRule(type: ColumnType, random: Random): Rule | null {
  if (type.sql !== 'VARCHAR') return null;
  const [low, high] = [Math.floor(random() * 3), 1 + Math.floor(random() * 3)];
  const wrong = (value: Exclude<Value, null>): boolean => {
    const size = [...String(value)].length;
    return size < low || size > Math.max(low, high);
  };
  return {
    kind: 'length',
    yaml: `logicalTypeOptions: {minLength: ${low}, maxLength: ${Math.max(low, high)}}`,
    judge: (rows) => ({ failing: present(rows).filter(wrong).length, evaluated: present(rows).length }),
  };
}

interface Table {
  readonly name: string;
  readonly type: ColumnType;
  readonly rows: readonly Value[];
  readonly rule: Rule;
  readonly objects: number;
}

function randomTable(index: number, random: Random): Table {
  const type = pick(TYPES, random);
  const makers: readonly (() => Rule | null)[] = [
    required,
    () => uniqueness(type, 'unique'),
    () => uniqueness(type, 'primaryKey'),
    () => listRule('enum', type, random),
    () => listRule('invalidValues', type, random),
    () => listRule('missingValues', type, random),
    () => rangeRule(type, random),
    () => rangeRule(type, random),
    () => lengthRule(type, random),
  ];
  const rows = Array.from({ length: Math.floor(random() * 14) }, () => pick(type.values, random));
  return {
    name: `t${index}`,
    type,
    rows,
    rule: pick(makers, random)() ?? required(),
    objects: 1 + Math.floor(random() * 10),
  };
}

/** The rows dealt out to the objects at random; some get none. */
function filesOf({ name, type, rows, objects }: Table, random: Random): readonly (readonly [string, TestFile])[] {
  const dealt: Value[][] = Array.from({ length: objects }, () => []);
  for (const row of rows) dealt[Math.floor(random() * objects)]?.splice(0, 0, row);
  return dealt.map((own, index) => {
    const list = own.map((value) => `(CAST(${type.literal(value)} AS ${type.sql}))`).join(', ');
    const select =
      own.length === 0 ? `SELECT CAST(NULL AS ${type.sql}) AS c WHERE false` : `SELECT c FROM (VALUES ${list}) AS v(c)`;
    return [`${name}/part-${index}.parquet`, { select }];
  });
}

function contractOf(tables: readonly Table[]): string {
  const schema = tables.map(
    ({ name, type, rule }) =>
      `  - name: ${name}\n    properties:\n      - name: c\n        logicalType: ${type.logical}\n        ${rule.yaml}\n`,
  );
  return `apiVersion: v3.2.0\nkind: DataContract\nid: random\nversion: 1.0.0\nstatus: active\nschema:\n${schema.join('')}`;
}

describe(`random tables and rules, seed ${SEED}`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i', async (round) => {
    const random = generator(SEED + round);
    const tables = Array.from({ length: TABLES }, (_, index) => randomTable(index, random));
    const files = Object.fromEntries(tables.flatMap((table) => filesOf(table, random)));
    const report = await runLocal({ contract: contractOf(tables), files });
    expect(report.problems.filter((problem) => problem.level !== 'warning')).toEqual([]);
    expect(report.tables.map((table) => table.name)).toEqual(tables.map((table) => table.name));
    for (const [index, { name, type, rows, rule }] of tables.entries()) {
      const check = report.tables[index]?.checks.find((one) => one.kind === rule.kind);
      const expected = rule.judge(rows);
      const what = { name, type: type.sql, rule: rule.yaml, rows: rows.map(String) };
      expect({ ...what, ...countsOf(check) }).toEqual({
        ...what,
        outcome: expected.failing === 0 ? 'pass' : 'fail',
        failing: expected.failing,
        evaluated: expected.evaluated,
        keys: expected.keys ?? null,
        placed: isKey(rule) ? expect.any(Number) : expected.failing,
      });
    }
  });
});

/** Counts per object add up to the whole; for keys that is told by tests of their own. */
function isKey({ kind }: Rule): boolean {
  return kind === 'unique' || kind === 'primaryKey';
}

function countsOf(check: CheckReport | undefined): Readonly<Record<string, unknown>> {
  return {
    outcome: check?.outcome,
    failing: check?.failing,
    evaluated: check?.evaluated,
    keys: check?.duplicateKeys,
    placed: check?.objects.reduce((sum, object) => sum + object.failing, 0),
  };
}

/** mulberry32 (public domain): small, seedable, good enough for choices. */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.min(Math.floor(random() * items.length), items.length - 1)] as T;
}
