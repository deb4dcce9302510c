import { describe, expect, it } from 'vitest';
import type { Contract, ContractTable, QualityRule } from '../../../src/core/contract/contract.ts';
import { columnOf, columnRule, contractOf, loadMarked, tableOf, tableRule } from './load-marked.ts';

function contract(text: string, variables: Readonly<Record<string, string>> = {}): Contract {
  const loaded = loadMarked(text, variables);
  expect(loaded.problems.filter((problem) => problem.level !== 'warning')).toEqual([]);
  if (loaded.contract === null) throw new Error('no contract');
  return loaded.contract;
}

function table(text: string): ContractTable {
  const [first] = contract(text).tables;
  if (first === undefined) throw new Error('no table');
  return first;
}

function rule(text: string): QualityRule {
  const found = table(text);
  const [first] = [...found.quality, ...found.properties.flatMap((property) => property.quality)];
  if (first === undefined) throw new Error('no rule');
  return first;
}

describe('the head', () => {
  it('is read whole', () => {
    const text = `${tableOf('properties: [{name: a}]')}name: Orders\nteam:\n  name: checkout\ncustomProperties:\n  - {property: sluice, value: {mode: audit}}\n`;
    expect(contract(text)).toMatchObject({
      file: 'c.odcs.yaml',
      digest: 'd',
      apiVersion: 'v3.2.0',
      id: 'c',
      name: 'Orders',
      version: '1.0.0',
      status: 'active',
      owner: 'checkout',
      mode: 'audit',
    });
  });

  it('enforces unless it says otherwise', () => {
    expect(contract(tableOf('properties: [{name: a}]')).mode).toBe('enforce');
  });

  it.each([
    ['the team', 'team: {name: checkout}', 'checkout'],
    ['the owner in the team', 'team: {name: x, members: [{username: bo}, {username: ana, role: Data Owner}]}', 'ana'],
    ['the owner of a list of 3.0', 'team: [{username: ana, role: owner}]', 'ana'],
    ['nobody who has left', 'team: {name: x, members: [{username: ana, role: Owner, dateOut: "2025-01-01"}]}', 'x'],
    ['nobody', 'tags: [a]', undefined],
  ])('is owned by %s', (_name, line, owner) => {
    expect(contract(`${tableOf('properties: [{name: a}]')}${line}\n`).owner).toBe(owner);
  });
});

describe('properties', () => {
  it('are read with the places of what they say', () => {
    const [property] = table(
      columnOf(
        [
          'physicalName: A_1',
          'logicalType: string',
          'physicalType: VARCHAR(9)',
          'required: true',
          'unique: true',
          'primaryKey: true',
          'primaryKeyPosition: 2',
          'classification: restricted',
          'enum: [{value: x}, {value: 007}, {value: null}, {value: true}]',
        ].join('\n'),
      ),
    ).properties;
    expect(property).toMatchObject({
      name: 'a',
      column: 'A_1',
      logicalType: { name: 'string', at: { line: 13, column: 22 } },
      physicalType: { name: 'VARCHAR(9)' },
      required: true,
      unique: true,
      primaryKey: true,
      primaryKeyPosition: 2,
      classification: 'restricted',
      enum: {
        values: [
          { type: 'text', text: 'x' },
          { type: 'number', text: '7' },
          { type: 'null' },
          { type: 'boolean', value: true },
        ],
      },
      attributeAt: { required: { line: 15, column: 9 }, unique: { line: 16, column: 9 } },
    });
  });

  it('are optional in everything but the name', () => {
    const [property] = table(columnOf('primaryKeyPosition: -1')).properties;
    expect(property).toMatchObject({ name: 'a', column: 'a', required: false, unique: false, primaryKey: false });
    expect(property).not.toHaveProperty('primaryKeyPosition');
    expect(property).not.toHaveProperty('logicalType');
  });

  it('nest as fields and as elements', () => {
    const [property] = table(
      columnOf(
        'logicalType: object\nproperties:\n  - name: b\n    logicalType: array\n    items: {logicalType: integer}',
      ),
    ).properties;
    expect(property?.properties[0]?.items?.logicalType?.name).toBe('integer');
  });

  it('keep the digits of their limits', () => {
    const options = table(
      columnOf('logicalType: number\nlogicalTypeOptions: {minimum: 0.10, maximum: 9007199254740993}'),
    ).properties[0]?.options;
    const texts = options?.map(({ value }) =>
      value.kind === 'scalar' && 'text' in value.value ? value.value.text : '',
    );
    expect(texts).toEqual(['0.10', '9007199254740993']);
  });

  it.each([
    ['the boolean of 3.0', 'v3.0.2', 'maximum: 10, exclusiveMaximum: true', [['exclusiveMaximum', '10']]],
    ['the boolean of 3.0 that is off', 'v3.0.2', 'minimum: 1, exclusiveMinimum: false', [['minimum', '1']]],
    ['the bound of 3.1', 'v3.1.0', 'exclusiveMinimum: 1', [['exclusiveMinimum', '1']]],
  ])('read exclusive bounds: %s', (_name, version, options, wanted) => {
    const text = columnOf(`logicalType: integer\nlogicalTypeOptions: {${options}}`, version);
    const read = table(text).properties[0]?.options.map(({ name, value }) => [
      name,
      value.kind === 'scalar' && 'text' in value.value ? value.value.text : '',
    ]);
    expect(read).toEqual(wanted);
  });
});

describe('keys', () => {
  it('are the primary key in the order of its places', () => {
    const text = tableOf(
      'properties:\n  - {name: b, primaryKey: true, primaryKeyPosition: 2}\n  - {name: a, primaryKey: true, primaryKeyPosition: 1}\n  - {name: c}',
    );
    expect(table(text).key).toEqual(['a', 'b']);
  });

  it('are what the sluice block says', () => {
    const text = tableOf(
      'customProperties: [{property: sluice, value: {key: [b]}}]\nproperties: [{name: a, primaryKey: true}, {name: b}]',
    );
    expect(table(text).key).toEqual(['b']);
  });
});

describe('rules', () => {
  it.each([
    ['mustBe: 0', 'mustBe', ['0'], 'rows'],
    ['mustNotBe: 1.50', 'mustNotBe', ['1.50'], 'rows'],
    ['mustBeGreaterThan: 9007199254740993', 'mustBeGreaterThan', ['9007199254740993'], 'rows'],
    ['mustBeGreaterOrEqualTo: 1', 'mustBeGreaterOrEqualTo', ['1'], 'rows'],
    ['mustBeLessThan: 5\nunit: percent', 'mustBeLessThan', ['5'], 'percent'],
    ['mustBeLessOrEqualTo: 5\nunit: rows', 'mustBeLessOrEqualTo', ['5'], 'rows'],
    ['mustBeBetween: [1, 2]', 'mustBeBetween', ['1', '2'], 'rows'],
    ['mustNotBeBetween: [3, 3]', 'mustNotBeBetween', ['3', '3'], 'rows'],
  ])('%s', (lines, operator, bounds, unit) => {
    expect(rule(columnRule(`metric: nullValues\n${lines}`)).threshold).toMatchObject({ operator, bounds, unit });
  });

  it.each([
    ['true', '1'],
    ['false', '0'],
    ['-2.5', '-2.5'],
  ])('compare what a query gives with %s', (written, bound) => {
    const read = rule(tableRule(`type: sql\nquery: SELECT 1\nmustBe: ${written}\nunit: seconds`));
    expect(read).toMatchObject({
      type: 'sql',
      query: { sql: 'SELECT 1' },
      threshold: { bounds: [bound], unit: 'rows' },
    });
  });

  it.each([
    ['info', 'info'],
    ['trivial', 'info'],
    ['Warning', 'warning'],
    ['warn', 'warning'],
    ['low', 'warning'],
    ['minor', 'warning'],
    ['error', 'error'],
    ['critical', 'error'],
    ['whatever', 'error'],
  ])('of severity %s', (word, severity) => {
    expect(rule(columnRule(`metric: nullValues\nmustBe: 0\nseverity: ${word}`)).severity).toBe(severity);
  });

  it('block when they name no severity', () => {
    expect(rule(columnRule('metric: nullValues\nmustBe: 0')).severity).toBe('error');
  });

  it.each([
    ['rule: duplicateCount\nmustBeLessThan: 10', 'duplicateValues', 'mustBeLessThan', '10'],
    ['rule: nullCheck', 'nullValues', 'mustBe', '0'],
    ['type: library\nrule: nullValues\nmustBe: 2', 'nullValues', 'mustBe', '2'],
  ])('of 3.0: %s', (lines, metric, operator, bound) => {
    const read = rule(columnRule(lines, 'v3.0.2'));
    expect(read).toMatchObject({ type: 'library', metric: { name: metric }, threshold: { operator, bounds: [bound] } });
  });

  it('of 3.0 have their list beside them', () => {
    const read = rule(columnRule("rule: validValues\nvalidValues: ['pounds', 'kg']", 'v3.0.2'));
    expect(read).toMatchObject({
      metric: { name: 'invalidValues' },
      arguments: { entries: [{ key: 'validValues', value: { items: [{ value: { text: 'pounds' } }, {}] } }] },
      threshold: { operator: 'mustBe', bounds: ['0'] },
    });
  });

  it('carry a condition, a name and a dimension', () => {
    const read = rule(
      columnRule(
        'id: r\nname: n\ndescription: d\nmetric: nullValues\nmustBe: 0\ndimension: coverage\ncustomProperties: [{property: sluice, value: {where: b > 1}}]',
      ),
    );
    expect(read).toMatchObject({
      id: 'r',
      name: 'n',
      description: 'd',
      dimension: 'coverage',
      where: { sql: 'b > 1' },
    });
  });

  it('of sluice keep their block with its places', () => {
    const read = rule(
      tableRule(
        'type: custom\nengine: sluice\nimplementation: {check: failedRows, query: SELECT 1, mustBeLessThan: 2}',
      ),
    );
    expect(read).toMatchObject({ type: 'custom', engine: { name: 'sluice' }, implementation: { kind: 'map' } });
    expect(read.threshold).toBeUndefined();
  });

  it('for people have no threshold', () => {
    expect(rule(columnRule('type: text\ndescription: d'))).toMatchObject({ type: 'text', severity: 'error' });
  });
});

describe('relationships', () => {
  const customers = '{id: cu, name: customers, properties: [{id: cid, name: id, primaryKey: true}, {name: country}]}';
  const orders = (lines: string) =>
    contract(
      contractOf(
        `schema:\n  - ${customers}\n  - name: orders\n    properties:\n      - {name: country}\n      - name: customer\n${lines}`,
      ),
    ).tables[1];

  it.each([
    ['by name', 'customers.id', undefined],
    ['by id', 'schema/cu/properties/cid', undefined],
    ['by id from the root', '/schema/cu/properties/cid', undefined],
    ['by name where there is no id', 'schema/customers/properties/id', undefined],
    ['in another contract', 'crm.odcs.yaml#/schema/customers/properties/id', 'crm.odcs.yaml'],
  ])('of a column lead there %s', (_name, to, file) => {
    const column = orders(`        relationships: [{id: r, to: "${to}"}]\n`)?.properties[1];
    expect(column?.relationships).toMatchObject([
      { id: 'r', from: ['customer'], to: { table: 'customers', properties: ['id'] } },
    ]);
    expect(column?.relationships[0]?.to.contract).toBe(file);
  });

  it('of a table take several columns', () => {
    const read = orders(
      '    relationships: [{from: [orders.customer, orders.country], to: [customers.id, customers.country]}]\n',
    );
    expect(read?.relationships).toMatchObject([
      { from: ['customer', 'country'], to: { table: 'customers', properties: ['id', 'country'] } },
    ]);
  });

  it('start at fields too', () => {
    const text = contractOf(
      `schema:\n  - ${customers}\n  - name: orders\n    properties:\n      - name: buyer\n        logicalType: object\n        properties: [{name: id, relationships: [{to: customers.id}]}]\n`,
    );
    expect(contract(text).tables[1]?.properties[0]?.properties[0]?.relationships[0]?.from).toEqual(['buyer.id']);
  });
});

describe('places', () => {
  const servers = (...lines: readonly string[]) =>
    `apiVersion: v3.2.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nservers:${lines.length === 0 ? ' []' : lines.map((line) => `\n  - ${line}`).join('')}\n`;
  const s3 = (location: string, more = '') => `{server: s, type: s3, location: "${location}"${more}}`;
  const places = (text: string) =>
    table(text).locations.map(({ repository, branch, glob }) => [repository, branch, glob]);
  const one = (lines = '') => `schema:\n  - name: orders\n    properties: [{name: a}]\n${lines}`;
  const two = `${one('    physicalName: raw/orders/\n')}  - {name: lines, physicalName: raw/lines/, properties: [{name: a}]}\n`;
  const block = (value: string) => `    customProperties: [{property: sluice, value: ${value}}]\n`;

  it.each([
    [
      'the table for {model}',
      servers(s3('s3://lake/main/{model}/*.parquet')) + one(),
      [['lake', 'main', 'orders/*.parquet']],
    ],
    ['{model} everywhere', servers(s3('s3://{model}/main/x/')) + one(), [['orders', 'main', 'x/']]],
    ['a whole branch', servers(s3('s3://lake/main')) + one(), [['lake', 'main', '**']]],
    ['any branch', servers(s3('s3://lake/*/t/')) + one(), [['lake', undefined, 't/']]],
    [
      's3a and lakefs addresses',
      servers(s3('s3a://l/m/t/'), s3('lakefs://l/n/t/').replace('server: s', 'server: u')) + one(),
      [
        ['l', 'm', 't/'],
        ['l', 'n', 't/'],
      ],
    ],
    ['s3 servers alone', servers('{server: k, type: kafka, host: h}', s3('s3://l/m/t/')) + one(), [['l', 'm', 't/']]],
    [
      'a path as physicalName',
      servers() + one('    physicalName: /tables/orders/*.csv\n'),
      [[undefined, undefined, 'tables/orders/*.csv']],
    ],
    [
      'a file as physicalName',
      servers() + one('    physicalName: orders.csv.gz\n'),
      [[undefined, undefined, 'orders.csv.gz']],
    ],
    ['no place in a plain name', servers() + one('    physicalName: orders_v1\n'), []],
    [
      'the path under a bare branch',
      servers(s3('s3://lake/main/')) + one('    physicalName: t/orders/\n'),
      [['lake', 'main', 't/orders/']],
    ],
    [
      'the location before the path',
      servers(s3('s3://lake/main/x/{model}/')) + one('    physicalName: t/orders/\n'),
      [['lake', 'main', 'x/orders/']],
    ],
    [
      'the path where one location serves several tables',
      servers(s3('s3://lake/main/raw/')) + two,
      [['lake', 'main', 'raw/orders/']],
    ],
    [
      'the sluice block before all',
      servers(s3('s3://lake/main/{model}/')) + one(block('{location: [a/*.csv, b/]}')),
      [
        ['lake', 'main', 'a/*.csv'],
        ['lake', 'main', 'b/'],
      ],
    ],
    [
      'the sluice block with an address',
      servers(s3('s3://lake/main/{model}/')) + one(block('{location: "s3://x/y/z/"}')),
      [['x', 'y', 'z/']],
    ],
    ['the sluice block without a server', servers() + one(block('{location: a/}')), [[undefined, undefined, 'a/']]],
  ])('%s', (_name, text, wanted) => {
    expect(places(text)).toEqual(wanted);
  });

  it('keeps a dollar sign in the name of a table', () => {
    const text = servers(s3('s3://lake/main/{model}/')) + one().replace('orders', () => 'a$&b');
    expect(places(text)).toEqual([['lake', 'main', 'a$&b/']]);
  });

  const DEFAULT = { delimiter: ',', quote: '"', escape: '"', header: true, encoding: 'utf-8', nullTokens: [] };

  it.each([
    ['nothing said', servers(s3('s3://l/m/t/')) + one(), DEFAULT, undefined],
    [
      'the server',
      servers(s3('s3://l/m/t/', ', format: csv, delimiter: ";", encoding: ISO-8859-1')) + one(),
      { ...DEFAULT, delimiter: ';', encoding: 'latin-1' },
      'csv',
    ],
    [
      'a named delimiter',
      servers(s3('s3://l/m/t/', ', format: CSV, delimiter: tab')) + one(),
      { ...DEFAULT, delimiter: '\t' },
      'csv',
    ],
    ['JSON lines', servers(s3('s3://l/m/t/', ', format: json, delimiter: new_line')) + one(), DEFAULT, 'json'],
    [
      'servers that disagree',
      servers(s3('s3://l/m/t/', ', format: csv'), s3('s3://l/m/u/', ', format: parquet')) + one(),
      DEFAULT,
      undefined,
    ],
    [
      'the table before the contract before the server',
      `${servers(s3('s3://l/m/t/', ', format: parquet, delimiter: ";"'))}customProperties: [{property: sluice, value: {csv: {delimiter: "|", quote: "'", header: false}}}]\n${one(block('{format: csv, csv: {delimiter: "#", nullTokens: ["-", 0]}}'))}`.replace(
        '"-", 0',
        '"-"',
      ),
      { ...DEFAULT, delimiter: '#', quote: "'", escape: "'", header: false, nullTokens: ['-'] },
      'csv',
    ],
  ])('reads text as %s says', (_name, text, reader, format) => {
    const read = table(text);
    expect(read.reader).toEqual(reader);
    expect(read.format).toBe(format);
  });

  it.each([
    ['warns of extra columns', '', '', 'warn'],
    [
      'takes the word of the contract',
      'customProperties: [{property: sluice, value: {extraColumns: allow}}]\n',
      '',
      'allow',
    ],
    [
      'takes the word of the table first',
      'customProperties: [{property: sluice, value: {extraColumns: allow}}]\n',
      block('{extraColumns: fail}'),
      'fail',
    ],
  ])('%s', (_name, contractLine, tableLine, wanted) => {
    expect(table(servers(s3('s3://l/m/t/')) + contractLine + one(tableLine)).extraColumns).toBe(wanted);
  });
});

describe('variables', () => {
  const located = (location: string, rule = '') =>
    `apiVersion: v3.2.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nservers:\n  - {server: s, type: s3, location: "${location}"}\nschema:\n  - name: t\n    properties: [{name: a}]\n${rule}`;
  const glob = (text: string, variables: Readonly<Record<string, string>>) =>
    contract(text, variables).tables[0]?.locations[0]?.glob;

  it.each([
    ['a value', '${X}/', { X: 'one' }, 'one/'],
    ['parts of a value', 'a-${X}-${Y}/', { X: '1', Y: '2' }, 'a-1-2/'],
    ['the default of one that is not set', '${X:-d/e}/', {}, 'd/e/'],
    ['the default of one that is empty', '${X:-d}/', { X: '' }, 'd/'],
    ['an empty default', 'x${X:-}/', {}, 'x/'],
    ['no second time', '${X}/', { X: '${Y}', Y: 'z' }, '${Y}/'],
    ['nothing that only looks like one', '${1}$x/', {}, '${1}$x/'],
  ])('replace %s', (_name, path, variables, wanted) => {
    expect(glob(located(`s3://l/m/${path}`), variables)).toBe(wanted);
  });

  it('never reach into the prototype', () => {
    expect(loadMarked(located('s3://l/m/${toString}/')).problems[0]?.code).toBe('variable-unresolved');
  });

  it('leave the older placeholders of queries alone', () => {
    const sql = 'SELECT count(${property}) FROM ${object} WHERE x = ${LIMIT}';
    const text = columnRule(`type: sql\nquery: "${sql}"\nmustBe: 0`);
    const loaded = contract(text, { LIMIT: '5', object: 'evil' });
    expect(loaded.tables[0]?.properties[0]?.quality[0]?.query?.sql).toBe(
      'SELECT count(${property}) FROM ${object} WHERE x = 5',
    );
  });
});

describe('service levels', () => {
  it('are read, with the default element of 3.0', () => {
    const text = `${tableOf('properties: [{name: a}]', 'v3.0.2')}slaDefaultElement: t.a\nslaProperties:\n  - {property: latency, value: 4, unit: d, driver: x}\n  - {property: retention, value: 3, element: "t.a, t.a"}\n`;
    expect(contract(text).slaProperties).toMatchObject([
      { property: 'latency', value: { type: 'number', text: '4' }, unit: 'd', element: { text: 't.a' }, driver: 'x' },
      { property: 'retention', element: { text: 't.a, t.a' } },
    ]);
  });
});

describe('parts that 3.0 leaves open', () => {
  it('may hold what nobody knows, with a warning', () => {
    const text = `${tableOf('properties: [{name: a}]', 'v3.0.2')}price: {priceAmount: 1, discount: 2}\n`;
    expect(loadMarked(text)).toMatchObject({ contract: {}, problems: [{ code: 'key-unknown', level: 'warning' }] });
    expect(loadMarked(text.replace('v3.0.2', 'v3.1.0')).contract).toBeNull();
  });

  it('are not those that Sluice runs', () => {
    const text = columnRule('metric: nullValues\nmustBe: 0\nmustBeLesThan: 1', 'v3.0.2');
    expect(loadMarked(text).contract).toBeNull();
  });

  it.each([
    ['a kafka server', '{server: k, type: kafka, host: h, topic: t}', true],
    ['an s3 server', '{server: k, type: s3, location: "s3://l/m/t/", formt: csv}', false],
  ])('such as %s', (_name, server, loads) => {
    const text = `apiVersion: v3.0.2\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nservers: [${server}]\nschema: [{name: t, properties: [{name: a}]}]\n`;
    expect(loadMarked(text).contract !== null).toBe(loads);
  });
});
