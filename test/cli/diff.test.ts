/** `sluice diff` over the real engine: what it prints, as published, and what it must not show. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffReport } from '../../src/core/diff/diff-report.ts';
import { diffToText } from '../../src/core/report/diff-to-text.ts';
import { displayWidth } from '../../src/core/report/text/display-width.ts';
import { createServices } from '../../src/wire.ts';
import { closed, REPORT_SCHEMA } from '../core/report/report-schema.ts';
import { type Outcome, sluice } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'secret-4711';
const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    customProperties:
      - property: sluice
        value: { key: [id], samples: { columns: [id, amount], limit: 1 } }
    properties:
      - { name: id, logicalType: integer }
      - { name: amount, logicalType: number }
      - { name: email, logicalType: string }
`;

beforeAll(() => {
  for (const side of ['before', 'after']) mkdirSync(join(folder, side));
  writeFileSync(join(folder, 'orders.odcs.yaml'), CONTRACT);
  writeFileSync(
    join(folder, 'before/orders.csv'),
    `id,amount,email\n1,5,${SECRET}-a\n2,6,${SECRET}-b\n3,7,${SECRET}-c\n`,
  );
  writeFileSync(
    join(folder, 'after/orders.csv'),
    `id,amount,email\n1,5,${SECRET}-x\n2,9,${SECRET}-y\n4,8,\u001b[2J${SECRET}\n`,
  );
});

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addSchema(closed(REPORT_SCHEMA));
const schemaText = readFileSync(new URL('../../schemas/diff.schema.json', import.meta.url), 'utf8');
const validate = ajv.compile(closed(JSON.parse(schemaText) as object));

function diff(...args: readonly string[]): Promise<Outcome> {
  const services = createServices({ PATH: process.env['PATH'] }, folder);
  return sluice(['diff', '--base', 'before', '--data', 'after', ...args], { services, cwd: folder });
}

async function json(...args: readonly string[]): Promise<DiffReport> {
  const { code, stdout, stderr } = await diff(...args, '--format', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout) as DiffReport;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

describe('sluice diff', () => {
  it('prints one screen: rows, columns, what was read, the sum first and last', async () => {
    const { code, stdout, stderr } = await diff('--key', 'id');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[1]).toMatch(/^DIFF {2}before -> after {3}\+1 ~2 -1 rows /);
    expect(lines.at(-2)).toBe(lines[1]);
    expect(stdout).toContain('rows      3 -> 3   key: id');
    expect(stdout).toContain('+ 1 inserted   ~ 2 updated   - 1 deleted   0 unchanged');
    expect(stdout).toMatch(/~ email +2 +0 % *\n/);
    expect(stdout).toContain('compared as texts');
    expect(lines.filter((line) => displayWidth(line) > 100)).toEqual([]);
    expect(stdout).not.toContain(SECRET);
  });

  it('shows no value without a word, and all of them with one, inert', async () => {
    expect(JSON.stringify(await json('--key', 'id'))).not.toContain(SECRET);
    const shown = await json('--key', 'id', '--show', 'all');
    expect(JSON.stringify(shown)).toContain(`${SECRET}-y`);
    expect(diffToText(shown)).not.toContain('\u001b');
  });

  it('shows what the contract allows, whatever is asked for', async () => {
    const report = await json('--contract', 'orders.odcs.yaml', '--show', 'all', '--limit', '9');
    expect(JSON.stringify(report)).not.toContain(SECRET);
    expect(report.tables[0]?.diff).toMatchObject({
      key: ['id'],
      updated: 2,
      samples: [
        { change: 'updated', key: [{ value: { text: '1' } }], cells: [{ column: 'email', base: { kind: 'hidden' } }] },
        {
          change: 'inserted',
          key: [{ value: { text: '4' } }],
          cells: [{ column: 'amount', base: { kind: 'absent' } }],
        },
        { change: 'deleted', key: [{ value: { text: '3' } }] },
      ],
      omitted: { samples: { inserted: 0, updated: 1, deleted: 0 } },
    });
    const [id, amount, email] = report.tables[0]?.diff?.profile ?? [];
    expect([id?.base?.max, amount?.merge?.max, email?.merge?.max]).toEqual(['3', '9', null]);
    expect([email?.histogram, email?.topValues, email?.merge?.distinct]).toEqual([null, [], 3]);
    expect(amount?.histogram?.base.reduce((sum, rows) => sum + rows, 0)).toBe(3);
  });

  it('writes to a file', async () => {
    const { stdout, stderr } = await diff('--key', 'id', '--output', 'diff.txt');
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'diff: the report is in diff.txt\n' });
    expect(readFileSync(join(folder, 'diff.txt'), 'utf8')).toContain('2 updated');
  });

  it('is a page for browsers too', async () => {
    const { code, stdout } = await diff('--key', 'id', '--format', 'html');
    expect(code).toBe(0);
    expect(stdout).toContain('before → after');
    expect(stdout).not.toContain(SECRET);
  });

  it('has a status for scripts that ask whether anything differs', async () => {
    expect(await diff('--key', 'id', '--exit-code')).toMatchObject({ code: 1, stderr: '' });
    const services = createServices({ PATH: process.env['PATH'] }, folder);
    const same = ['diff', '--base', 'before', '--data', 'before', '--exit-code'];
    expect(await sluice(same, { services, cwd: folder })).toMatchObject({ code: 0 });
  });

  it('ends with 2 when a table could not be compared, and says why', async () => {
    const { code, stdout } = await diff('--key', 'nr');
    expect(code).toBe(2);
    expect(stdout).toContain('the key column nr is not in either side [diff-key-missing]');
  });

  it('ends with 2 when records could not be compared, whatever else differs, and counts them', async () => {
    writeFileSync(join(folder, 'malformed.csv'), 'id,amount,email\n1,5\n2,9,b\n');
    const services = createServices({ PATH: process.env['PATH'] }, folder);
    const args = ['diff', '--base', 'before/orders.csv', '--data', 'malformed.csv', '--key', 'id', '--exit-code'];
    const { code, stdout } = await sluice([...args, '--format', 'json'], { services, cwd: folder });
    expect(code).toBe(2);
    const report = JSON.parse(stdout) as DiffReport;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.tables[0]?.diff?.uncompared).toEqual({ records: { base: 0, merge: 1 }, columns: 0 });
  });

  it.each([
    ['--limit', 'many'],
    ['--limit', '201'],
    ['--tolerance', 'price'],
    ['--key', 'id,,line'],
    ['--show', ','],
  ])('refuses %s %s', async (option, value) => {
    const { code, stderr } = await diff(option, value);
    expect(code).toBe(2);
    expect(stderr).toContain('error[value-invalid]');
  });
});

describe('sluice diff of two refs', () => {
  const REFS = ['lake', 'main', 'etl'];
  const NOTHING: DiffReport = {
    diffVersion: '1.0',
    scope: { kind: 'refs', repository: 'lake', base: 'main', head: 'etl', baseCommit: 'b', headCommit: 'h' },
    tables: [],
    omittedTables: 0,
    problems: [],
    engine: { sluice: '0.0.0', duckdb: 'v1' },
    durationMs: 1,
  };

  /** What the command asked for, and how it ended. */
  async function asked(args: readonly string[], report: DiffReport = NOTHING) {
    const requests: unknown[] = [];
    const diffRefs = async (request: unknown) => {
      requests.push(request);
      return report;
    };
    return { ...(await sluice(['diff', ...args], { services: { diffRefs } })), request: requests[0] };
  }

  it('asks for what was typed', async () => {
    const tables = ['--table', 'orders', '--table', 't/x'];
    const keys = ['--key', 'id', '--key', 'orders=a,b'];
    expect(await asked([...REFS, ...tables, ...keys, '--show', 'all', '--contract', 'c.yaml'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no difference'),
      request: {
        repository: 'lake',
        base: 'main',
        head: 'etl',
        tables: ['orders', 't/x'],
        key: ['id'],
        keyOf: new Map([['orders', ['a', 'b']]]),
        show: 'all',
        contracts: ['c.yaml'],
        config: null,
      },
    });
  });

  it('does not call it no difference when contracts are broken', async () => {
    const problems = [{ code: 'yaml-syntax', message: 'broken' }];
    const { code, stdout } = await asked(REFS, { ...NOTHING, problems });
    expect(code).toBe(2);
    expect(stdout).toContain('nothing compared');
    expect(stdout).not.toContain('no difference');
  });

  it.each([
    ['no head', ['lake', 'main'], 'HEAD is missing.'],
    ['one word too many', [...REFS, 'x'], '`x` is one argument too many.'],
    ['data', [...REFS, '--data', 'x'], '--data does not go with a diff of two refs.'],
    ['a table of files', ['--base', 'x', '--data', 'y', '--table', 't'], '--table does not go with a diff of files.'],
    ['a table key of files', ['--base', 'x', '--data', 'y', '--key', 't=a'], '--key t=... does not go with'],
    ['two keys for all', [...REFS, '--key', 'a', '--key', 'b'], '--key cannot be `b`.'],
  ])('refuses %s', async (_name, args, message) => {
    const { code, stderr } = await asked(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
