/** A text without its header has values where its names should be, and reports are kept. */
import { describe, expect, it } from 'vitest';
import { checkOf, runLocal } from '../support/run-local.ts';

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    customProperties: [{property: sluice, value: {extraColumns: fail, samples: {columns: [id]}}}]
    properties: [{name: id, logicalType: integer, required: true}, {name: s}, {name: u}]
`;
const BASE = { 't/a.csv': 'id,s,u\n1,a,b\n' };

async function reportOf(files: Readonly<Record<string, string>>) {
  const report = await runLocal({ contract: CONTRACT, base: BASE, files });
  return { report, text: JSON.stringify(report) };
}

describe('a text whose names may be values', () => {
  it.each([
    ['a CSV without its header', { 't/a.csv': '7,SECRETa,SECRETb\n8,SECRETc,x\n' }],
    ['a CSV without its header and with a value twice', { 't/a.csv': '7,SECRETa,SECRETa\n8,b,c\n' }],
    ['JSON that is keyed by value', { 't/a.jsonl': '{"SECRETa": 1}\n{"SECRETb": 1}\n' }],
  ])('is not read, and shows none of them: %s', async (_what, files) => {
    const { report, text } = await reportOf(files);
    expect(report.verdict).toBe('rejected');
    expect(checkOf(report, 'readable').outcome).toBe('fail');
    expect(text).not.toContain('SECRET');
  });

  it('shows none of them where one happens to be a name', async () => {
    const { report, text } = await reportOf({ 't/a.csv': 'id,SECRETa,SECRETb\n8,SECRETc,x\n' });
    expect(report.verdict).toBe('rejected');
    expect(checkOf(report, 'extraColumns').observed).toContain('column 2 (name not shown), column 3 (name not shown)');
    expect(text).not.toContain('SECRET');
  });

  it('shows a column too many', async () => {
    const { report } = await reportOf({ 't/a.csv': 'id,s,u,discount\n8,x,y,z\n' });
    expect(checkOf(report, 'extraColumns').observed).toContain('discount');
  });

  it('asks for the header, or the delimiter', async () => {
    const { report } = await reportOf({ 't/a.csv': 'id;s;u\n1;2;3\n' });
    expect(JSON.stringify(checkOf(report, 'readable'))).toContain(
      'is the header missing, or the delimiter another one?',
    );
  });
});
