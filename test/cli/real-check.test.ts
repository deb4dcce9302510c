import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { displayWidth } from '../../src/core/report/text/display-width.ts';
import { toText } from '../../src/core/report/to-text.ts';
import { createServices } from '../../src/wire.ts';
import { closed, REPORT_SCHEMA } from '../core/report/report-schema.ts';
import { type Outcome, sluice } from './world.ts';

/** The command line over the real engine. */

const folder = mkdtempSync(join(tmpdir(), 'sluice-real-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    logicalType: object
    physicalName: tables/orders/
    properties:
      - { name: order_id, logicalType: integer, primaryKey: true }
      - { name: amount, logicalType: number, required: true, logicalTypeOptions: { minimum: 0, maximum: 100 } }
      - name: status
        logicalType: string
        quality:
          - { type: library, metric: invalidValues, arguments: { validValues: [new, paid] }, mustBe: 0 }
          - { type: text, description: Paid orders are never changed. }
      - { name: currency, logicalType: string }
`;

const FILES = {
  'orders.odcs.yaml': CONTRACT,
  'typing-error.odcs.yaml': CONTRACT.replace('required: true', 'requird: true'),
  'clean.csv': 'order_id,amount,status,currency\n1,5,new,EUR\n2,50,paid,EUR\n',
  'dirty.csv': 'order_id,amount,status,note\n1,5,new,a\n2,500,paid,b\n2,,shipped,c\n,7,new,d\n',
  'hostile-column.csv': 'order_id,amount,status,currency,\u001b[2J\u202eevil\n1,5,new,EUR,x\n',
  'cut-short.parquet': 'PAR1 and then nothing',
  'empty.csv': '',
};

beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
});

const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(closed(REPORT_SCHEMA));

function check(contract: string, data: string, ...more: readonly string[]): Promise<Outcome> {
  const services = createServices({ PATH: process.env['PATH'] }, folder);
  return sluice(['check', '--contract', contract, '--data', data, ...more], { services, cwd: folder });
}

describe('sluice check on real files', () => {
  it.each([
    ['clean data', 'orders.odcs.yaml', 'clean.csv', 0],
    ['dirty data', 'orders.odcs.yaml', 'dirty.csv', 1],
    ['a column named to fool a terminal', 'orders.odcs.yaml', 'hostile-column.csv', 0],
    ['a file cut short', 'orders.odcs.yaml', 'cut-short.parquet', 1],
    ['an empty file', 'orders.odcs.yaml', 'empty.csv', 1],
    ['a contract with a typing error', 'typing-error.odcs.yaml', 'clean.csv', 2],
  ])('%s: a report as published, and the same in words', async (_name, contract, data, code) => {
    const json = await check(contract, data, '--format', 'json');
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code, stderr: '' });
    const report = JSON.parse(json.stdout) as Report;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);

    const text = toText(report);
    expect(text.split('\n')[1]).toMatch(new RegExp(`^${report.verdict.toUpperCase()} {2}${data} `));
    expect(text.split('\n').filter((line) => displayWidth(line) > 100)).toEqual([]);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    for (const found of report.tables.flatMap((table) => table.checks)) {
      if (found.outcome === 'fail') expect(text).toContain(`error[${found.kind}]: `);
      if (found.outcome === 'error') expect(text).toContain(`could not run[${found.kind}]: `);
    }
  });

  it('says line and column of a typing error, and what was meant', async () => {
    const { stdout } = await check('typing-error.odcs.yaml', 'clean.csv');
    expect(stdout).toMatch(/ at {8}typing-error\.odcs\.yaml:12:\d+\n {4}help {6}Did you mean `required`\?\n/);
  });

  it.each([
    ['a contract that is not there', 'gone.odcs.yaml', 'clean.csv', 'gone.odcs.yaml'],
    ['data that is not there', 'orders.odcs.yaml', 'gone.csv', 'gone.csv'],
  ])('%s: exit 2 and a sentence', async (_name, contract, data, word) => {
    const { code, stdout, stderr } = await check(contract, data);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^(\S+: )?error\[[a-z-]+\]: /);
    expect(stderr).toContain(word);
  });
});

describe('sluice contract lint on real files', () => {
  it('names the line, and exits with 1', async () => {
    const services = createServices({}, folder);
    const { code, stdout } = await sluice(['contract', 'lint', '.'], { services, cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^typing-error\.odcs\.yaml:12:\d+: error\[[a-z-]+\]: .*requird/m);
    expect(stdout).toMatch(/\n1 error(, \d+ warnings?)? in 2 contracts\n$/);
  });
});
