import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { runLocal, type TestFile } from './run-local.ts';

type Files = Readonly<Record<string, TestFile>>;

/** A table with rules about changes. */
export interface RuledTable {
  readonly diff: string;
  /** Below the table's folder. */
  readonly base: Files;
  readonly files: Files;
  readonly properties?: string;
  /** Default `[id]`; empty: none. */
  readonly key?: string;
}

/** One run over all of the tables. */
export async function judgeTables(tables: Readonly<Record<string, RuledTable>>): Promise<Report> {
  const schema = Object.entries(tables).map(([name, { diff, key = '[id]', properties = '{name: id}' }]) => {
    const block = key === '' ? `{diff: ${diff}}` : `{key: ${key}, diff: ${diff}}`;
    return `  - name: ${name}
    customProperties: [{property: sluice, value: ${block}}]
    properties: [${properties}]
`;
  });
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
${schema.join('')}`;
  const side = (which: 'base' | 'files'): Files =>
    Object.fromEntries(
      Object.entries(tables).flatMap(([name, table]) =>
        Object.entries(table[which]).map(([path, file]) => [`${name}/${path}`, file] as const),
      ),
    );
  return runLocal({ contract, files: side('files'), base: side('base') });
}

/** The check of a kind of a table. */
export function ruleOf(report: Report, table: string, kind: string): CheckReport {
  const found = report.tables.find(({ name }) => name === table)?.checks.find((check) => check.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} of ${table} in ${JSON.stringify(report.problems)}`);
  return found;
}
