import { describe, expect, it } from 'vitest';
import { columnOf, columnRule, contractOf, loadMarked, tableOf, tableRule } from './load-marked.ts';

type Case = readonly [name: string, code: string, contract: string, says?: RegExp];

/** Every case is the smallest contract with one thing wrong; » stands before the place the problem must name. */
function refuses(cases: readonly Case[]): void {
  for (const [name, code, marked, says = /./] of cases) {
    it(`refuses ${name}`, () => {
      const { contract, problems, marks } = loadMarked(marked);
      const errors = problems.filter((problem) => problem.level !== 'warning');
      expect(errors.map((problem) => [problem.code, `${problem.line}:${problem.column}`])).toEqual([[code, marks[0]]]);
      expect(contract).toBeNull();
      expect(errors[0]?.hint).toBeTruthy();
      expect(`${errors[0]?.message} ${errors[0]?.hint}`).toMatch(says);
    });
  }
}

function warns(cases: readonly Case[]): void {
  for (const [name, code, marked, says = /./] of cases) {
    it(`warns of ${name}`, () => {
      const { contract, problems, marks } = loadMarked(marked);
      const told = problems.map((problem) => [problem.code, `${problem.line}:${problem.column}`, problem.level]);
      expect(told).toEqual([[code, marks[0], 'warning']]);
      expect(contract).not.toBeNull();
      expect(`${problems[0]?.message} ${problems[0]?.hint}`).toMatch(says);
    });
  }
}

const head = (lines: string) => `${lines}schema:\n  - {name: t, physicalName: t/, properties: [{name: a}]}\n`;
const FULL = 'apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n';

describe('a contract without fault', () => {
  it.each([
    ['a table', tableOf('properties: [{name: a}]')],
    ['a rule', columnRule('metric: nullValues\nmustBe: 0')],
  ])('%s has no problem', (_name, text) => {
    const { contract, problems } = loadMarked(text);
    expect(problems).toEqual([]);
    expect(contract).not.toBeNull();
  });
});

describe('shape', () => {
  refuses([
    ['no apiVersion', 'key-missing', head('»kind: DataContract\nid: c\nversion: 1.0.0\n'), /apiVersion/],
    ['no id', 'key-missing', head('»apiVersion: v3.2.0\nkind: DataContract\nversion: 1.0.0\n'), /`id`/],
    ['another kind', 'value-unknown', head(FULL.replace('DataContract', '»DataProduct')), /DataContract/],
    ['version 2.2 of the standard', 'api-version-unsupported', head(FULL.replace('v3.1.0', '»v2.2.2')), /v3\.1\.0/],
    ['a version that is a number', 'type-wrong', head(FULL.replace('1.0.0', '»1.0')), /"1\.0"/],
    ['a list instead of a contract', 'type-wrong', '»- a\n- b\n', /a mapping, not a list/],
    ['a misspelt key', 'key-unknown', columnOf('»requierd: true'), /did you mean `required`/i],
    ['a misspelt key that was required', 'key-unknown', contractOf('schema:\n  - »nam: t\n'), /`name`/],
    ['an extension key', 'key-unknown', columnOf('»x-owner: me'), /customProperties/],
    ['a quality list at the top', 'key-unknown', contractOf('»quality: []\n')],
    [
      'a key of another server type',
      'key-unknown',
      contractOf('schema: []\n').replace(', location', ', »database: d, location'),
    ],
    ['a boolean as text', 'type-wrong', columnOf('required: »yes'), /true.*false/],
    ['a number in quotes', 'type-wrong', columnRule('metric: nullValues\nmustBeLessThan: »"5"'), /remove the quotes/i],
    ['a key without value', 'type-wrong', columnOf('»required:'), /not null/],
    ['an unknown logical type', 'value-unknown', columnOf('logicalType: »strng'), /did you mean `string`/i],
    ['an empty name', 'value-invalid', tableOf('properties: [{name: »""}]')],
    ['a range of one bound', 'value-invalid', tableRule('metric: rowCount\nmustBeBetween: »[1]'), /two numbers/],
    ['fields of a text', 'value-invalid', columnOf('logicalType: »string\nproperties: [{name: b}]'), /object/],
    ['an id with a dot', 'value-invalid', columnOf('id: »a.b')],
    ['a map without a map', 'key-missing', tableOf('properties: [»{name: a, logicalType: map}]'), /key/],
    [
      'a vector without dimensions',
      'key-missing',
      columnOf('logicalType: vector\nlogicalTypeOptions: »{normalized: true}'),
    ],
    [
      'a multiple of nothing',
      'value-invalid',
      columnOf('logicalType: number\nlogicalTypeOptions: {multipleOf: »0}'),
      /greater than 0/,
    ],
    [
      'a negative length',
      'value-invalid',
      columnOf('logicalType: string\nlogicalTypeOptions: {minLength: »-1}'),
      /0 or more/,
    ],
    [
      'an unknown integer format',
      'value-unknown',
      columnOf('logicalType: integer\nlogicalTypeOptions: {format: »i63}'),
      /i64|i8/,
    ],
    [
      'an unknown sluice key',
      'key-unknown',
      contractOf('customProperties: [{property: sluice, value: {»moed: warn}}]\nschema: [{name: t}]\n'),
      /mode/,
    ],
    [
      'an unknown mode',
      'value-unknown',
      contractOf('customProperties: [{property: sluice, value: {mode: »warm}}]\nschema: [{name: t}]\n'),
      /warn/,
    ],
    [
      'a delimiter of two characters',
      'value-invalid',
      tableOf('customProperties: [{property: sluice, value: {csv: {delimiter: »"::"}}}]\nproperties: [{name: a}]'),
      /one character/,
    ],
  ]);
});

describe('quality rules', () => {
  refuses([
    ['an empty rule', 'rule-empty', columnRule('»{}')],
    ['a rule of words alone', 'rule-empty', columnRule('»description: no nulls'), /type: text/],
    ['a query without a type', 'rule-incomplete', tableRule('»query: SELECT 1\nmustBe: 1'), /type: sql/],
    ['sql without a query', 'key-missing', tableRule('»type: sql\nmustBe: 0'), /query/],
    ['a metric the standard has not', 'metric-unknown', columnRule('metric: »nulValues\nmustBe: 0'), /nullValues/],
    ['a rule of 3.0 that is none', 'metric-unknown', columnRule('rule: »duplicateCont\nmustBe: 0'), /duplicateCount/],
    [
      'a dimension the standard has not',
      'dimension-unknown',
      columnRule('metric: nullValues\nmustBe: 0\ndimension: »validity'),
      /conformity/,
    ],
    ['no operator', 'operator-missing', columnRule('»metric: nullValues')],
    ['no operator in sql', 'operator-missing', tableRule('»type: sql\nquery: SELECT 1')],
    [
      'two operators',
      'operator-several',
      columnRule('metric: nullValues\nmustBe: 0\n»mustBeLessThan: 3'),
      /mustBe.*mustBeLessThan/,
    ],
    [
      'two operators on a rule of 3.0',
      'operator-several',
      columnRule('rule: duplicateCount\nmustBe: 0\n»mustBeLessThan: 3', 'v3.0.2'),
    ],
    ['an operator on a text', 'operator-not-allowed', columnRule('type: text\n»mustBe: 0')],
    [
      'an operator on a custom rule',
      'operator-not-allowed',
      columnRule(
        'type: custom\nengine: sluice\nimplementation: {check: rowExpression, expression: "true"}\n»mustBe: 0',
      ),
    ],
    ['a row count of 3.0 without a number', 'operator-missing', tableRule('»rule: countCheck', 'v3.0.0')],
    ['a text where a number counts', 'type-wrong', columnRule('metric: nullValues\nmustBe: »"none"')],
    ['true where a number counts', 'type-wrong', columnRule('metric: nullValues\nmustBe: »true'), /mustBe: 0/],
    ['a range upside down', 'range-empty', tableRule('metric: rowCount\nmustBeBetween: »[20, 10]'), /\[10, 20\]/],
    [
      'a percentage of a row count',
      'unit-not-for-metric',
      tableRule('metric: rowCount\nmustBeGreaterThan: 5\nunit: »percent'),
    ],
    ['a unit that is none', 'unit-unknown', columnRule('metric: nullValues\nmustBe: 0\nunit: »precent'), /percent/],
    ['more than all', 'percent-out-of-range', columnRule('metric: nullValues\nmustBeLessThan: »101\nunit: percent')],
    [
      'a key of another type of rule',
      'rule-contradictory',
      columnRule('type: sql\nquery: SELECT 1\nmustBe: 1\n»metric: nullValues'),
      /type: library/,
    ],
    ['a null rule on a table', 'metric-level', tableRule('metric: »nullValues\nmustBe: 0')],
    ['a row count on a column', 'metric-level', columnRule('metric: »rowCount\nmustBeGreaterThan: 0')],
    ['missingValues without its list', 'argument-missing', columnRule('metric: »missingValues\nmustBe: 0')],
    [
      'invalidValues without a criterion',
      'argument-missing',
      columnRule('metric: »invalidValues\nmustBe: 0'),
      /validValues.*pattern/,
    ],
    [
      'duplicateValues of a table without columns',
      'argument-missing',
      tableRule('metric: »duplicateValues\nmustBe: 0'),
    ],
    [
      'a misspelt argument',
      'argument-unknown',
      columnRule('metric: invalidValues\nmustBe: 0\narguments: {»validValue: [a]}'),
      /validValues/,
    ],
    [
      'an argument of another metric',
      'argument-unknown',
      columnRule('metric: nullValues\nmustBe: 0\narguments: {»missingValues: [a]}'),
    ],
    [
      'an argument beside its list',
      'argument-misplaced',
      columnRule('metric: invalidValues\nmustBe: 0\narguments: {validValues: [a]}\n»validValues: [b]'),
    ],
    [
      'duplicates of a column that is not there',
      'column-unknown',
      tableRule('metric: duplicateValues\nmustBe: 0\narguments: {properties: [a, »bb]}'),
      /did you mean|has/i,
    ],
    [
      'a rule of soda',
      'engine-unsupported',
      columnRule('type: custom\nengine: »soda\nimplementation: "type: duplicate_percent"'),
    ],
    [
      'a sluice rule in text',
      'rule-incomplete',
      columnRule('type: custom\nengine: sluice\nimplementation: »rowExpression'),
    ],
    [
      'an unknown sluice check',
      'value-unknown',
      columnRule('type: custom\nengine: sluice\nimplementation: {check: »rowExpresion, expression: "true"}'),
      /rowExpression/,
    ],
    [
      'a row expression without one',
      'key-missing',
      columnRule('type: custom\nengine: sluice\nimplementation: »{check: rowExpression}'),
    ],
    [
      'a row expression with a query',
      'key-unknown',
      columnRule(
        'type: custom\nengine: sluice\nimplementation: {check: rowExpression, expression: "true", »query: SELECT 1}',
      ),
    ],
    [
      'freshness of a column that is not there',
      'column-unknown',
      tableRule('type: custom\nengine: sluice\nimplementation: {check: freshness, column: »c, max: 1, unit: d}'),
    ],
    [
      'freshness in an unknown unit',
      'value-unknown',
      columnRule(
        'type: custom\nengine: sluice\nimplementation: {check: freshness, column: a, max: 1, unit: »fortnight}',
      ),
    ],
    [
      'an unknown sluice key of a rule',
      'key-unknown',
      columnRule('metric: nullValues\nmustBe: 0\ncustomProperties: [{property: sluice, value: {»were: a}}]'),
      /where/,
    ],
    [
      'a column placeholder without a column',
      'placeholder-without-property',
      tableRule('type: sql\nquery: »"SELECT count({property}) FROM {object}"\nmustBe: 0'),
    ],
    [
      'look-around',
      'pattern-unsupported',
      columnRule('metric: invalidValues\nmustBe: 0\narguments: {pattern: »"^(?=a)b$"}'),
      /look-around/,
    ],
  ]);
  warns([
    [
      'an unknown severity',
      'severity-unknown',
      columnRule('metric: nullValues\nmustBe: 0\nseverity: »eror'),
      /blocks.*error/,
    ],
    [
      'a threshold nothing breaks',
      'threshold-never-broken',
      tableRule('metric: rowCount\n»mustBeGreaterOrEqualTo: 0'),
      /mustBeGreaterThan: 0/,
    ],
    [
      'a percentage nothing breaks',
      'threshold-never-broken',
      columnRule('metric: nullValues\n»mustBeBetween: [0, 100]\nunit: percent'),
    ],
    ['a forbidden number no count has', 'threshold-never-broken', columnRule('metric: nullValues\n»mustNotBe: -1')],
    [
      'a pattern that matches anywhere',
      'pattern-not-anchored',
      columnRule('metric: invalidValues\nmustBe: 0\narguments: {pattern: »"[A-Z]|[0-9]"}'),
      /\^\(\[A-Z\]\|\[0-9\]\)\$/,
    ],
  ]);
});

describe('options of logical types', () => {
  const string = (options: string) => columnOf(`logicalType: string\nlogicalTypeOptions: {${options}}`);
  const number = (options: string) => columnOf(`logicalType: number\nlogicalTypeOptions: {${options}}`);
  refuses([
    [
      'a pattern of an integer',
      'option-not-for-type',
      columnOf('logicalType: integer\nlogicalTypeOptions: {»pattern: a}'),
    ],
    [
      'an option of a boolean',
      'option-not-for-type',
      columnOf('logicalType: boolean\nlogicalTypeOptions: {»minimum: 0}'),
      /no options/,
    ],
    ['a misspelt option', 'key-unknown', string('»minLenght: 1'), /minLength/],
    ['a number as bound of a date', 'type-wrong', columnOf('logicalType: date\nlogicalTypeOptions: {minimum: »2024}')],
    ['a shortest above the longest', 'range-empty', string('minLength: 3, »maxLength: 2')],
    ['a minimum above the maximum', 'range-empty', number('minimum: 9007199254740993, »maximum: 9007199254740992')],
    ['an open range of nothing', 'range-empty', number('minimum: 1.50, »exclusiveMaximum: 1.5')],
    [
      'dates upside down',
      'range-empty',
      columnOf('logicalType: date\nlogicalTypeOptions: {minimum: "2024-02-01", »maximum: "2024-01-31"}'),
    ],
    [
      'an exclusive bound of 3.0 without a bound',
      'option-incomplete',
      columnOf('logicalType: number\nlogicalTypeOptions: {»exclusiveMaximum: true}', 'v3.0.2'),
    ],
    [
      'a field the object has not',
      'column-unknown',
      columnOf('logicalType: object\nlogicalTypeOptions: {required: [b, »c]}\nproperties: [{name: b}]'),
    ],
    ['a backreference', 'pattern-unsupported', string('pattern: »"^(a)\\\\1$"'), /backreference/],
  ]);
  warns([
    ['a pattern that matches anywhere', 'pattern-not-anchored', string('pattern: »"[A-Z]+"')],
    [
      'a date format that text cannot be read by',
      'date-format-unknown',
      columnOf('logicalType: date\nlogicalTypeOptions: {format: »EEE d MMM}'),
    ],
    [
      'a value twice in an enum',
      'enum-repeated',
      columnOf('»enum: [{value: a}, {value: b}, {value: a}]').replace('»enum: ', 'enum: »'),
    ],
  ]);
});

describe('names and references', () => {
  const two = (first: string, second: string) => tableOf(`properties:\n  - ${first}\n  - ${second}`);
  const related = (
    relationships: string,
    customers = '{name: customers, properties: [{name: id, primaryKey: true}]}',
  ) =>
    contractOf(
      `schema:\n  - ${customers}\n  - name: orders\n    properties:\n      - name: customer\n${relationships}`,
    );
  refuses([
    [
      'two tables of one name',
      'name-repeated',
      contractOf(
        'schema: [{name: t, physicalName: a/, properties: [{name: a}]}, »{name: t, physicalName: b/, properties: [{name: a}]}]\n',
      ),
      /line 8/,
    ],
    ['two columns of one name', 'name-repeated', two('{name: a}', '»{name: a}')],
    ['columns that differ by case', 'name-repeated', two('{name: a}', '»{name: A}'), /case/],
    [
      'two columns stored as one',
      'name-repeated',
      two('{name: a, physicalName: x}', '»{name: b, physicalName: x}'),
      /column/,
    ],
    [
      'two rules of one id',
      'id-repeated',
      columnOf(
        'quality:\n  - {id: r, metric: nullValues, mustBe: 0}\n  - »{id: r, metric: duplicateValues, mustBe: 0}',
      ),
    ],
    [
      'two places of one number',
      'key-position-repeated',
      two('{name: a, primaryKey: true, primaryKeyPosition: 1}', '{name: b, primaryKey: true, »primaryKeyPosition: 1}'),
    ],
    [
      'a key that is no column',
      'column-unknown',
      tableOf('customProperties: [{property: sluice, value: {key: [»ab]}}]\nproperties: [{name: abc}]'),
      /abc/,
    ],
    [
      'a parent column that is not there',
      'column-unknown',
      related('        relationships: [{to: »customers.ids}]\n'),
      /`id`/,
    ],
    [
      'a child column that is not there',
      'column-unknown',
      related('    relationships: [{from: »orders.custmer, to: customers.id}]\n'),
      /customer/,
    ],
    [
      'a child of another table',
      'relationship-from-elsewhere',
      related('    relationships: [{from: »customers.id, to: customers.id}]\n'),
    ],
    [
      'two children of one parent column',
      'relationship-uneven',
      related('    relationships: [»{from: [orders.customer, orders.customer], to: [customers.id]}]\n'),
    ],
    [
      'two parent columns of a column',
      'relationship-uneven',
      related('        relationships: [»{to: [customers.id, customers.id]}]\n'),
    ],
    [
      'parents in two tables',
      'relationship-several-tables',
      related(
        '    relationships: [{from: [orders.customer, orders.customer], to: [customers.id, »orders.customer]}]\n',
      ),
    ],
    [
      'a reference that is none',
      'reference-invalid',
      related('        relationships: [{to: »customers}]\n'),
      /table\.column/,
    ],
    ['a relationship without an end', 'key-missing', related('        relationships: [»{type: foreignKey}]\n'), /`to`/],
  ]);
  warns([
    [
      'a parent in no table here',
      'table-unknown',
      related('        relationships: [{to: »customer.id}]\n'),
      /did you mean `customers`/i,
    ],
    [
      'a parent that is no key',
      'relationship-not-a-key',
      related('        relationships: [{to: »customers.id}]\n', '{name: customers, properties: [{name: id}]}'),
    ],
    [
      'a parent of another type',
      'relationship-types-differ',
      related(
        '        logicalType: string\n        relationships: [{to: »customers.id}]\n',
        '{name: customers, properties: [{name: id, logicalType: integer, unique: true}]}',
      ),
    ],
  ]);
});

describe('sluice blocks and listed values', () => {
  const block = (name: string, value: string) => `{property: ${name}, value: ${value}}`;
  refuses([
    ['a block of a column', 'block-unread', columnOf(`customProperties: [${block('»sluice', '{where: a}')}]`)],
    [
      'a second block',
      'block-unread',
      tableOf(
        `customProperties: [${block('sluice', '{extraColumns: fail}')}, ${block('»sluice', '{key: [a]}')}]\nproperties: [{name: a}]`,
      ),
      /second/,
    ],
    [
      'an engine that is nearly ours',
      'engine-unsupported',
      columnRule('type: custom\nengine: »sluce\nimplementation: {check: rowExpression}'),
      /did you mean `sluice`/i,
    ],
  ]);
  warns([
    [
      'a block that is nearly ours',
      'block-unread',
      tableOf(`customProperties: [${block('»sluce', '{key: [a]}')}]\nproperties: [{name: a}]`),
      /sluice/,
    ],
    [
      'a number among texts',
      'value-type-differs',
      columnOf('logicalType: string\nenum: »[{value: "001"}, {value: 007}]'),
      /"7"/,
    ],
    [
      'a text among numbers',
      'value-type-differs',
      columnOf(
        'logicalType: integer\nquality:\n  - {metric: invalidValues, mustBe: 0, arguments: {validValues: »[1, "2"]}}',
      ),
    ],
    [
      'a text among booleans',
      'value-type-differs',
      columnOf('logicalType: boolean\nenum: »[{value: true}, {value: null}, {value: "no"}]'),
    ],
  ]);
});

describe('relationships between numbers', () => {
  it('may join an integer and a number', () => {
    const text = contractOf(
      'schema:\n  - {name: p, properties: [{name: id, logicalType: number, unique: true}]}\n  - {name: c, properties: [{name: p, logicalType: integer, relationships: [{to: p.id}]}]}\n',
    );
    expect(loadMarked(text).problems).toEqual([]);
  });

  it('may not join a number and a text', () => {
    const text = contractOf(
      'schema:\n  - {name: p, properties: [{name: id, logicalType: string, unique: true}]}\n  - {name: c, properties: [{name: p, logicalType: integer, relationships: [{to: p.id}]}]}\n',
    );
    expect(loadMarked(text).problems.map(({ code }) => code)).toEqual(['relationship-types-differ']);
  });
});

describe('contradictions', () => {
  const rules = (...lines: readonly string[]) =>
    tableOf(`properties: [{name: a}]\nquality:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
  const column = (flags: string, rule: string) => columnOf(`${flags}\nquality:\n  - {${rule}}`);
  warns([
    ['fewer than none', 'threshold-never-kept', columnRule('metric: nullValues\n»mustBeLessThan: 0')],
    [
      'two row counts without a common number',
      'rules-contradict',
      rules('{metric: rowCount, mustBeGreaterThan: 10}', '{metric: rowCount, »mustBeLessOrEqualTo: 10}'),
      /line 11|line \d+/,
    ],
    [
      'required and yet null',
      'rules-contradict',
      column('required: true', 'metric: nullValues, »mustBeGreaterThan: 0'),
    ],
    ['the key and yet null', 'rules-contradict', column('primaryKey: true', 'metric: nullValues, »mustBe: 3')],
    [
      'unique and yet twice',
      'rules-contradict',
      column('unique: true', 'metric: duplicateValues, »mustBeBetween: [1, 5], unit: percent'),
    ],
    [
      'unique by the table and yet twice',
      'rules-contradict',
      tableOf(
        'quality:\n  - {metric: duplicateValues, mustBe: 0, arguments: {properties: [a]}}\nproperties:\n  - name: a\n    quality:\n      - {metric: duplicateValues, »mustBeGreaterThan: 4}',
      ),
    ],
  ]);
  it.each([
    [
      'ranges that meet',
      rules('{metric: rowCount, mustBeGreaterOrEqualTo: 10}', '{metric: rowCount, mustBeLessOrEqualTo: 10}'),
    ],
    [
      'one rule under a condition',
      rules(
        '{metric: rowCount, mustBe: 1}',
        '{metric: rowCount, mustBe: 2, customProperties: [{property: sluice, value: {where: a > 1}}]}',
      ),
    ],
    [
      'other lists',
      columnOf(
        'quality:\n  - {metric: invalidValues, mustBe: 0, arguments: {validValues: [a]}}\n  - {metric: invalidValues, mustBeGreaterThan: 1, arguments: {validValues: [b]}}',
      ),
    ],
    [
      'rows and percent',
      columnOf(
        'quality:\n  - {metric: nullValues, mustBeGreaterThan: 90}\n  - {metric: nullValues, mustBeLessThan: 5, unit: percent}',
      ),
    ],
    ['a forbidden number', rules('{metric: rowCount, mustNotBe: 1}', '{metric: rowCount, mustBeGreaterThan: 0}')],
  ])('%s do not contradict', (_name, text) => {
    expect(loadMarked(text).problems).toEqual([]);
  });
});

describe('places', () => {
  const located = (location: string, more = '') =>
    `${FULL}servers:\n  - {server: s, type: s3, location: ${location}${more}}\nschema:\n  - {name: t, properties: [{name: a}]}\n`;
  refuses([
    ['a location of another kind', 'location-invalid', located('»"https://example.com/t"'), /s3:\/\//],
    ['a format that cannot be read', 'format-unsupported', located('"s3://r/main/t/"', ', format: »delta'), /parquet/],
    [
      'JSON in one array',
      'format-unsupported',
      located('"s3://r/main/t/"', ', format: json, delimiter: »array'),
      /new_line/,
    ],
    ['a delimiter of words', 'delimiter-invalid', located('"s3://r/main/t/"', ', format: csv, delimiter: »"::"')],
    ['braces without end', 'location-invalid', located(`»"s3://r/main/${'{a,b}'.repeat(9)}"`), /256/],
    [
      'a location of a table that is none',
      'location-invalid',
      tableOf('customProperties: [{property: sluice, value: {location: »"ftp://x"}}]\nproperties: [{name: a}]'),
    ],
    [
      'an encoding that cannot be read',
      'encoding-unsupported',
      located('"s3://r/main/t/"', ', encoding: »EBCDIC').replace('v3.1.0', 'v3.2.0'),
    ],
    [
      'two tables in one place',
      'location-shared',
      `${FULL}servers:\n  - {server: s, type: s3, location: »"s3://r/main/t/"}\nschema:\n  - {name: t, properties: [{name: a}]}\n  - {name: u, properties: [{name: a}]}\n`,
      /\{model\}/,
    ],
  ]);
  warns([
    ['no place', 'location-missing', `${FULL}schema:\n  - »name: t\n    properties: [{name: a}]\n`],
    ['no table', 'table-none', `»${FULL}`],
    ['an empty schema', 'table-none', `${FULL}schema: »[]\n`],
    ['no columns', 'property-none', contractOf('schema:\n  - »name: t\n')],
    [
      'a version that says nothing',
      'version-not-semver',
      tableOf('properties: [{name: a}]').replace('version: 1.0.0', 'version: »banana'),
    ],
    ['no status', 'status-missing', `»${tableOf('properties: [{name: a}]', 'v3.1.0').replace('status: active\n', '')}`],
    [
      'a part that is newer than its version',
      'newer-than-version',
      columnOf('»enum: [{value: a}]', 'v3.1.0'),
      /v3\.2\.0/,
    ],
  ]);
});

describe('service levels', () => {
  const sla = (level: string) => `${tableOf('properties: [{name: a}]')}slaProperties:\n  - ${level}\n`;
  refuses([
    ['freshness of nothing', 'sla-element-missing', sla('»{property: freshness, value: 1}')],
    [
      'freshness of a table',
      'sla-element-missing',
      sla('{property: freshness, value: 1, element: »t}'),
      /t\.<property>/,
    ],
    ['freshness of no column', 'column-unknown', sla('{property: freshness, value: 1, element: »t.b}')],
    ['latency of no table', 'table-unknown', sla('{property: latency, value: 1, element: »tt.a}')],
    [
      'latency of a table misspelt',
      'table-unknown',
      `${sla('{property: latency, value: 1, element: »order.a}')}`.replace('name: t', 'name: orders'),
      /did you mean `orders`/i,
    ],
    ['freshness misspelt', 'sla-unknown', sla('{property: »freshnes, value: 1, element: t.a}'), /freshness/],
  ]);
  warns([
    ['an unknown service level', 'sla-unknown', sla('{property: »happiness, value: 1}')],
    ['retention of no column', 'column-unknown', sla('{property: retention, value: 1, element: »t.b}')],
  ]);
});

describe('variables', () => {
  it('refuses one that is not set, at its place', () => {
    const { problems, marks } = loadMarked(
      contractOf('description: {usage: »"for ${WHOM}"}\nschema: [{name: t, properties: [{name: a}]}]\n'),
    );
    expect(problems.map(({ code, line, column }) => [code, `${line}:${column}`])).toEqual([
      ['variable-unresolved', marks[0]],
    ]);
  });
});

describe('several faults at once', () => {
  it('tells shape and meaning together, in the order of the document', () => {
    const { problems, marks } = loadMarked(
      tableOf(
        [
          'properties:',
          '  - name: a',
          '    »requierd: true',
          '    logicalType: string',
          '    logicalTypeOptions: {minLength: 3, »maxLength: 2}',
          'quality:',
          '  - {metric: »nulValues, mustBe: 0}',
          '  - {metric: duplicateValues, mustBe: 0, arguments: {properties: [»b]}}',
        ].join('\n'),
      ),
    );
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual(marks);
    expect(problems.map(({ code }) => code)).toEqual([
      'key-unknown',
      'range-empty',
      'metric-unknown',
      'column-unknown',
    ]);
  });

  it('does not guess at columns when the list of columns is what is wrong', () => {
    const text = tableOf(
      '»propertys: [{name: a}]\nquality:\n  - {metric: duplicateValues, mustBe: 0, arguments: {properties: [a]}}',
    );
    expect(loadMarked(text).problems.map(({ code }) => code)).toEqual(['key-unknown']);
  });

  it('does not miss the place of a table whose server is what is wrong', () => {
    const text = tableOf('properties: [{name: a}]').replace('type: s3', 'type: s33');
    expect(loadMarked(text).problems.map(({ code }) => code)).toEqual(['value-unknown']);
  });
});
