/**
 * Old and new failures: which of two versions a failing row comes from, and what `blockOn` makes of it. Each table is a
 * case of its own; all of them are judged together, once for each `blockOn`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { BlockOn } from '../../src/core/contract/contract.ts';
import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { runLocal, type TestFile } from '../support/run-local.ts';

interface Case {
  readonly base: Readonly<Record<string, TestFile>>;
  readonly files: Readonly<Record<string, TestFile>>;
  /** YAML flow mappings; default: `id`, the key, and `amount`, not negative. */
  readonly properties?: readonly string[];
  readonly quality?: string;
  readonly extraColumns?: 'fail';
}

const ID = '{name: id, logicalType: integer, primaryKey: true}';
const AMOUNT = '{name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}';
const NOTE = '{name: note, logicalType: string}';

/** Rows of `id, amount`. */
function rows(values: string, columns = 'id, amount'): TestFile {
  return { select: `SELECT * FROM (VALUES ${values}) AS given(${columns})` };
}

function failedRows(query: string): string {
  return `{type: custom, engine: sluice, implementation: {check: failedRows, query: '${query}'}}`;
}

function sqlRule(query: string, threshold: string): string {
  return `{type: sql, query: '${query}', ${threshold}}`;
}

/** Rows of `id, amount, day`. */
function measures(values: string): TestFile {
  return rows(values, 'id, amount, day');
}

/** Three rows, two of them negative, the newest of January 5. */
const MIDDLING = { 'a.parquet': measures("(1, -1, DATE '2026-01-05'), (2, -2, NULL), (3, 2, NULL)") };
/** None of which holds for what is middling, nor for what is somewhat better. */
const MEASURED = {
  properties: [ID, '{name: amount, logicalType: number}', '{name: day, logicalType: date}'],
  quality: [
    '{metric: rowCount, mustBeGreaterThan: 10}',
    sqlRule('SELECT count(*) * 1.5 FROM {object} WHERE amount > 0', 'mustBeBetween: [7, 9]'),
    '{type: custom, engine: sluice, implementation: {check: freshness, column: day, max: 1, unit: d}}',
  ].join(', '),
};
/** Each returns the same of one row that is bad as of many. */
const ONE_FOR_MANY = [
  'SELECT id FROM {object} WHERE amount < 0 QUALIFY row_number() OVER (ORDER BY id) <= 1',
  'SELECT DISTINCT ON (1) 1 AS one FROM {object} WHERE amount < 0',
  'SELECT Any_Value(1) AS one FROM {object} WHERE amount < 0',
  'SELECT "max" (1) AS one FROM {object} WHERE amount < 0',
  'SELECT unnest(list(id ORDER BY id)[1:1]) AS id FROM {object} WHERE amount < 0',
  'SELECT 1 AS one FROM {object} WHERE amount < 0 GROUP BY (id > 0)',
];
const TWO_BAD = { 'a.parquet': rows('(1, -1), (2, -2)') };
const TORN = 'id,amount\n1,2\n2\n';

const CASES = {
  moved: {
    base: { 'a.parquet': rows('(1, -1), (2, 5), (3, -3)'), 'b.parquet': rows('(4, -4)') },
    files: {
      'a.parquet': rows('(2, 5), (3, -3)'),
      'b.parquet': rows('(4, -4)'),
      'c.parquet': rows('(1, -1), (5, 9)'),
    },
  },
  swapped: { base: TWO_BAD, files: { 'a.parquet': rows('(1, -1), (3, -2)') } },
  more: { base: TWO_BAD, files: { 'a.parquet': rows('(1, -1), (3, -2), (4, -2)') } },
  otherValue: { base: { 'a.parquet': rows('(1, -1)') }, files: { 'a.parquet': rows('(1, -2)') } },
  copied: {
    base: { 'a.parquet': rows('(1, -1)'), 'b.parquet': rows('(1, -1)') },
    files: { 'a.parquet': rows('(1, -1), (1, -1)'), 'b.parquet': rows('(1, -1)') },
  },
  widened: {
    base: { 'a.parquet': rows('(1::INTEGER, -1.5::DECIMAL(4,2))') },
    files: { 'a.parquet': rows('(1::BIGINT, -1.5::DECIMAL(9,4))') },
  },
  textForNumber: {
    base: { 'a.parquet': rows("(1, 'x')", 'id, note') },
    files: { 'a.parquet': rows("('1', 'x')", 'id, note') },
    properties: [
      '{name: id, primaryKey: true}',
      "{name: note, logicalTypeOptions: {pattern: '^y'}, logicalType: string}",
    ],
  },
  notANumber: {
    base: { 'a.parquet': rows("(1, -1.5::DOUBLE), (2, 'nan'::DOUBLE)") },
    files: { 'a.parquet': rows("(2, 'nan'::DOUBLE), (1, -1.5::DOUBLE), (3, 'nan'::DOUBLE)") },
    properties: [ID, '{name: amount, logicalType: number, logicalTypeOptions: {maximum: 5, minimum: 0}}'],
  },
  nullKey: {
    base: { 'a.parquet': rows("(NULL, 'a'), ('NULL', 'b')", 'id, note') },
    files: { 'a.parquet': rows("('NULL', 'a'), (NULL, 'b')", 'id, note') },
    properties: [
      '{name: id, logicalType: string, primaryKey: true}',
      "{name: note, logicalType: string, logicalTypeOptions: {pattern: '^x'}}",
    ],
  },
  keylessSwapped: {
    base: { 'a.parquet': rows("(NULL::INTEGER, -1, 'x'), (1, -1, 'x')", 'id, amount, note') },
    files: { 'a.parquet': rows("(NULL::INTEGER, -1, 'y'), (1, -1, 'z')", 'id, amount, note') },
    properties: [ID, AMOUNT, NOTE],
  },
  misfit: { base: { 'a.csv': 'id,amount\n1,many\n2,few\n' }, files: { 'a.csv': 'id,amount\n1,many\n2,lots\n' } },
  rewritten: { base: { 'a.csv': 'id,amount\n1,-1\n' }, files: { 'a.parquet': rows('(1, -1::DOUBLE)') } },
  keyless: {
    base: { 'a.parquet': rows("(1, -200, 'a'), (2, -200, 'b')", 'id, amount, note') },
    files: { 'a.parquet': rows("(1, -200, 'a'), (2, -200, 'c')", 'id, amount, note') },
    properties: ['{name: id, logicalType: integer}', AMOUNT, NOTE],
    quality: "{type: custom, engine: sluice, implementation: {check: rowExpression, expression: 'amount > -100'}}",
  },
  repeated: {
    base: { 'a.parquet': rows('(1, 1), (2, 2)') },
    files: { 'a.parquet': rows('(1, 1), (2, 2)'), 'b.parquet': rows('(2, 3)') },
  },
  parent: {
    base: { 'a.parquet': rows('(1), (2)', 'id') },
    files: { 'a.parquet': rows('(1)', 'id') },
    properties: ['{name: id, logicalType: integer}'],
  },
  child: {
    base: { 'a.parquet': rows('(1, 1), (2, 2), (3, 9)', 'id, of') },
    files: { 'a.parquet': rows('(1, 1), (2, 2), (3, 9)', 'id, of') },
    properties: [ID, '{name: of, logicalType: integer, relationships: [{to: parent.id}]}'],
  },
  queried: {
    base: TWO_BAD,
    files: { 'a.parquet': rows('(1, -1), (3, -3)') },
    quality: failedRows('SELECT id FROM {object} WHERE amount < 0'),
  },
  someQueried: {
    base: TWO_BAD,
    files: TWO_BAD,
    quality: failedRows('SELECT id FROM {object} WHERE amount < 0 LIMIT 1'),
  },
  oneForMany: {
    base: { 'a.parquet': rows('(1, -1)') },
    files: { 'a.parquet': rows('(1, -1), (2, -2), (3, -3)') },
    quality: ONE_FOR_MANY.map(failedRows).join(', '),
  },
  few: { base: TWO_BAD, files: TWO_BAD, quality: '{metric: rowCount, mustBeGreaterThan: 10}' },
  lost: {
    base: { 'a.parquet': { select: 'SELECT range AS id, 1 AS amount FROM range(20)' } },
    files: TWO_BAD,
    quality: '{metric: rowCount, mustBeGreaterThan: 10}',
  },
  tooFewBad: {
    base: { 'a.parquet': rows("(1, 'a'), (2, 'b'), (3, 'x')", 'id, note') },
    files: { 'a.parquet': rows("(1, 'a'), (3, 'x')", 'id, note') },
    properties: [
      ID,
      '{name: note, quality: [{metric: invalidValues, arguments: {pattern: "^x"}, mustBeGreaterThan: 1}]}',
    ],
  },
  rate: {
    base: { 'a.parquet': rows("(1, NULL), (2, 'a'), (3, 'b')", 'id, note') },
    files: { 'a.parquet': rows('(1, NULL::VARCHAR)', 'id, note') },
    properties: [ID, '{name: note, quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent}]}'],
  },
  sameRate: {
    base: { 'a.parquet': rows("(1, NULL), (2, NULL), (3, 'b')", 'id, note') },
    files: { 'a.parquet': rows('(1, NULL::VARCHAR)', 'id, note') },
    properties: [ID, '{name: note, quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent}]}'],
  },
  allowance: {
    base: { 'a.parquet': rows('(1, NULL::VARCHAR)', 'id, note') },
    files: { 'a.parquet': rows('(1, NULL::VARCHAR), (2, NULL)', 'id, note') },
    properties: [ID, '{name: note, quality: [{metric: nullValues, mustBeLessThan: 2}]}'],
  },
  worse: { base: MIDDLING, files: { 'a.parquet': measures("(1, -1, DATE '2026-01-04'), (2, -2, NULL)") }, ...MEASURED },
  noWorse: {
    base: MIDDLING,
    files: {
      'a.parquet': measures("(1, 1, DATE '2026-01-05'), (2, -2, NULL), (3, 2, NULL), (4, 2, NULL)"),
    },
    ...MEASURED,
  },
  crossed: {
    base: MIDDLING,
    files: { 'a.parquet': measures("(1, 1, DATE '2026-01-05'), (2, 2, NULL), (3, 2, NULL), (4, 2, NULL)") },
    ...MEASURED,
    quality: sqlRule('SELECT 1 - count(*) FROM {object} WHERE amount > 0', 'mustBe: -2'),
  },
  columnLost: {
    base: { 'a.parquet': rows('(1)', 'id'), 'b.parquet': rows('(2, 2)') },
    files: { 'a.parquet': rows('(1)', 'id'), 'b.parquet': rows('(2)', 'id') },
  },
  columnNeverThere: {
    base: { 'a.parquet': rows('(1)', 'id') },
    files: { 'a.parquet': rows('(1)', 'id'), 'b.parquet': rows('(2)', 'id') },
  },
  typeLost: {
    base: { 'a.parquet': rows("(1, 'x')"), 'b.parquet': rows('(2, 2)') },
    files: { 'a.parquet': rows("(1, 'x')"), 'b.parquet': rows("(2, 'y')") },
  },
  typeNeverRight: {
    base: { 'a.parquet': rows("(1, 'x')") },
    files: { 'a.parquet': rows("(1, 'x')"), 'b.parquet': rows("(2, 'y')") },
  },
  sameExtra: {
    base: { 'a.parquet': rows('(1, 1, 2)', 'id, amount, x') },
    files: { 'a.parquet': rows('(1, 1, 2)', 'id, amount, x') },
    extraColumns: 'fail',
  },
  newExtra: {
    base: { 'a.parquet': rows('(1, 1, 2)', 'id, amount, x') },
    files: { 'a.parquet': rows('(1, 1, 2, 3)', 'id, amount, x, y') },
    extraColumns: 'fail',
  },
  tornBefore: { base: { 'a.csv': TORN }, files: { 'a.csv': TORN, 'b.csv': 'id,amount\n3,3\n' } },
  tornNow: { base: { 'a.csv': TORN }, files: { 'a.csv': TORN, 'b.csv': 'id,amount\n3\n' } },
  unreadableBefore: { base: { 'a.parquet': 'torn' }, files: { 'a.parquet': rows('(1, -1)') } },
  newTable: { base: {}, files: { 'a.parquet': rows('(1, -1)') } },
  clean: { base: { 'a.parquet': rows('(1, -1)') }, files: { 'a.parquet': rows('(1, 1)') } },
} satisfies Readonly<Record<string, Case>>;
type Name = keyof typeof CASES;

function contract(blockOn: BlockOn): string {
  const tables = Object.entries<Case>(CASES).map(([name, { properties, quality, extraColumns }]) => {
    const lines = [
      `  - name: ${name}`,
      `    properties: [${(properties ?? [ID, AMOUNT]).join(', ')}]`,
      ...(quality === undefined ? [] : [`    quality: [${quality}]`]),
      ...(extraColumns === undefined
        ? []
        : [`    customProperties: [{property: sluice, value: {extraColumns: fail}}]`]),
    ];
    return lines.join('\n');
  });
  return `apiVersion: v3.1.0\nkind: DataContract\nid: test\nversion: 1.0.0\nstatus: active
customProperties: [{property: sluice, value: {blockOn: ${blockOn}}}]\nschema:\n${tables.join('\n')}\n`;
}

function filesOf(side: 'base' | 'files'): Readonly<Record<string, TestFile>> {
  return Object.fromEntries(
    Object.entries<Case>(CASES).flatMap(([name, one]) =>
      Object.entries(one[side]).map(([file, content]) => [`${name}/${file}`, content] as const),
    ),
  );
}

const reports = new Map<BlockOn, Report>();
beforeAll(async () => {
  for (const blockOn of ['new', 'ratchet'] as const) {
    reports.set(
      blockOn,
      await runLocal({ contract: contract(blockOn), base: filesOf('base'), files: filesOf('files') }),
    );
  }
}, 120_000);

function check(name: Name, kind: string, blockOn: BlockOn = 'new', column?: string): CheckReport {
  const table = reports.get(blockOn)?.tables.find((one) => one.name === name);
  const found = table?.checks.find(
    (one) => one.kind === kind && (column === undefined || one.columns.includes(column)),
  );
  if (found === undefined) throw new Error(`no ${kind} of ${name}: ${JSON.stringify(reports.get(blockOn)?.problems)}`);
  return found;
}

function split(name: Name, kind: string, column?: string): readonly (number | undefined)[] {
  const { origin } = check(name, kind, 'new', column);
  return [origin?.rows?.new, origin?.rows?.old, origin?.rows?.fixed];
}

function outcomes(name: Name, kind: string, column?: string): readonly string[] {
  return (['new', 'ratchet'] as const).map((blockOn) => check(name, kind, blockOn, column).outcome);
}

describe('failing rows of two versions', () => {
  it('are old when they were there with the same key and value, wherever they lie now', () => {
    expect(split('moved', 'range')).toEqual([0, 3, 0]);
    expect(outcomes('moved', 'range')).toEqual(['warn', 'warn']);
    expect(check('moved', 'range').observed).toMatch(/all 3 already in the base; blockOn: new lets them pass/);
  });

  it('are new when another row or another value fails, however many there were before', () => {
    expect(split('swapped', 'range')).toEqual([1, 1, 1]);
    expect(outcomes('swapped', 'range')).toEqual(['fail', 'warn']);
    expect(split('more', 'range')).toEqual([2, 1, 1]);
    expect(outcomes('more', 'range')).toEqual(['fail', 'fail']);
    expect(split('otherValue', 'range')).toEqual([1, 0, 1]);
  });

  it('are counted as often as they occur', () => {
    expect(split('copied', 'range')).toEqual([1, 2, 0]);
    expect(split('copied', 'primaryKey')).toEqual([1, 2, 0]);
  });

  it('are known again by value: after key and value were widened, as text, NaN, written as Parquet', () => {
    expect(split('widened', 'range')).toEqual([0, 1, 0]);
    expect(split('textForNumber', 'pattern')).toEqual([0, 1, 0]);
    expect(split('notANumber', 'range')).toEqual([1, 2, 0]);
    expect(split('rewritten', 'range')).toEqual([0, 1, 0]);
  });

  it('tell a null from the text that says so, and values that do not fit by their texts', () => {
    expect(split('nullKey', 'pattern')).toEqual([2, 0, 2]);
    expect(split('misfit', 'type', 'amount')).toEqual([1, 1, 1]);
  });

  it('are whole rows where their key is null', () => {
    expect(split('keylessSwapped', 'range')).toEqual([1, 1, 1]);
    expect(split('keylessSwapped', 'primaryKey')).toEqual([1, 0, 1]);
  });

  it('are whole rows without a key, and under an author’s expression', () => {
    for (const kind of ['range', 'rowExpression']) {
      expect(split('keyless', kind), kind).toEqual([1, 1, 1]);
      expect(outcomes('keyless', kind), kind).toEqual(['fail', 'warn']);
    }
  });

  it('are old dirt when only the good rows went away, but not where they were few enough before', () => {
    expect(split('sameRate', 'nullValues')).toEqual([0, 1, 1]);
    expect(outcomes('sameRate', 'nullValues')).toEqual(['warn', 'warn']);
    expect(split('rate', 'nullValues')).toEqual([0, 1, 0]);
    expect(outcomes('rate', 'nullValues')).toEqual(['fail', 'fail']);
    expect(check('rate', 'nullValues')).toMatchObject({
      origin: { failedBefore: false },
      observed: expect.stringMatching(/; not so in the base before, within what is allowed: 1 was there$/),
    });
    expect(check('allowance', 'nullValues', 'ratchet')).toMatchObject({
      outcome: 'fail',
      origin: { failedBefore: false, rows: { new: 1, old: 1, fixed: 0 } },
      observed: expect.stringMatching(/; not so in the base before, within what is allowed: 1 new .*, 1 was there$/),
    });
  });
});

describe('failures that need whole tables', () => {
  it('has a new row that repeats the key of an unchanged object as new', () => {
    expect(split('repeated', 'primaryKey')).toEqual([2, 0, 0]);
    expect(outcomes('repeated', 'primaryKey')).toEqual(['fail', 'fail']);
  });

  it('has unchanged children of a deleted parent as new, and old orphans as old', () => {
    expect(split('child', 'relationship')).toEqual([1, 1, 0]);
  });

  it('compares what an author’s query returns, unless the query takes some rows only', () => {
    expect(split('queried', 'failedRows')).toEqual([1, 1, 1]);
    expect(check('someQueried', 'failedRows')).toMatchObject({ outcome: 'fail', origin: null });
    expect(reports.get('new')?.problems).toContainEqual(
      expect.objectContaining({
        code: 'origin-unknown',
        level: 'warning',
        message: expect.stringContaining('someQueried'),
        hint: expect.stringContaining('return every failing row by itself, with its key'),
      }),
    );
    // Where it blocks, and where people look first.
    const words =
      '; blockOn: new lets none of it pass, as what of it is new cannot be told: the query has the word LIMIT,';
    expect(check('someQueried', 'failedRows').observed).toContain(words);
    expect(check('someQueried', 'failedRows', 'ratchet').observed).toContain('; blockOn: ratchet lets none of it pass');
  });
});

it('an author’s query in which one row stands for many tells nothing of what is new', () => {
  const checks = reports.get('new')?.tables.find(({ name }) => name === 'oneForMany')?.checks ?? [];
  const authored = checks.filter(({ kind }) => kind === 'failedRows');
  expect(authored.map(({ failing, outcome, origin }) => [failing, outcome, origin])).toEqual(
    ONE_FOR_MANY.map(() => [1, 'fail', null]),
  );
  for (const { observed } of authored) expect(observed).toMatch(/: the query (has the word [A-Z]+|calls \w+\(\)), so /);
});

describe('failures that no row tells', () => {
  it('are judged on the base as well', () => {
    expect(check('few', 'rowCount')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true, rows: null } });
    expect(check('lost', 'rowCount')).toMatchObject({ outcome: 'fail', origin: { failedBefore: false, rows: null } });
    expect(outcomes('lost', 'rowCount')).toEqual(['fail', 'fail']);
  });

  it('are not excused where they got worse', () => {
    const kinds = ['rowCount', 'sql', 'freshness'];
    for (const kind of kinds) {
      expect(check('worse', kind), kind).toMatchObject({ origin: { failedBefore: true, worse: true } });
      expect(outcomes('worse', kind), kind).toEqual(['fail', 'fail']);
      expect(check('worse', kind).observed).toMatch(/; worse than in the base, where it failed already$/);
      expect(check('noWorse', kind), kind).toMatchObject({ origin: { failedBefore: true, worse: false } });
      expect(outcomes('noWorse', kind), kind).toEqual(['warn', 'warn']);
      expect(check('noWorse', kind).observed).toMatch(/; failed in the base already, and is no worse now; blockOn/);
    }
    expect(outcomes('crossed', 'sql')).toEqual(['fail', 'fail']);
  });

  it('are columns and types that were somewhere and went', () => {
    expect(outcomes('columnLost', 'columnPresence', 'amount')).toEqual(['fail', 'fail']);
    expect(outcomes('columnNeverThere', 'columnPresence', 'amount')).toEqual(['warn', 'warn']);
    expect(outcomes('typeLost', 'type', 'amount')).toEqual(['fail', 'fail']);
    expect(outcomes('typeNeverRight', 'type', 'amount')).toEqual(['warn', 'warn']);
  });

  it('are not excused by the number of rows where too few of them are the fault', () => {
    const origin = { failedBefore: false, rows: null };
    expect(check('tooFewBad', 'invalidValues')).toMatchObject({ outcome: 'fail', origin });
  });

  it('are not excused by another fault of the same kind', () => {
    expect(check('sameExtra', 'extraColumns')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true } });
    expect(check('newExtra', 'extraColumns')).toMatchObject({ outcome: 'fail', origin: { worse: true } });
    expect(check('tornBefore', 'readable')).toMatchObject({ outcome: 'warn', origin: { failedBefore: true } });
    expect(check('tornNow', 'readable')).toMatchObject({
      outcome: 'fail',
      origin: { failedBefore: true, worse: true },
    });
  });
});

it('a base that cannot be read excuses nothing, and one that was not there neither', () => {
  expect(check('unreadableBefore', 'range')).toMatchObject({ outcome: 'fail', origin: null });
  expect(split('newTable', 'range')).toEqual([1, 0, 0]);
  expect(outcomes('newTable', 'range')).toEqual(['fail', 'fail']);
});

it('a check that holds has no origin', () => {
  expect(check('clean', 'range')).toMatchObject({ outcome: 'pass', origin: null });
});
