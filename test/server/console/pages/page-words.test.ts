/** What the pages say of rules about changes, of what has landed, and of contracts in several repositories. */
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { SluiceError } from '../../../../src/core/problem.ts';
import type { Report } from '../../../../src/core/report/report.ts';
import { decide } from '../../../../src/core/verdict/decide.ts';
import { readContracts } from '../../../../src/gate/load-contracts.ts';
import { DIFFED } from '../../../core/report/diffs.ts';
import { APPROVED, check, report, table } from '../../../core/report/reports.ts';
import { decision, type PagesOptions, servePages, TOKEN } from './serve-pages.ts';

async function page(path: string, options: PagesOptions): Promise<string> {
  const server = await servePages(options);
  onTestFinished(() => server.stop());
  const login = await fetch(`${server.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ token: TOKEN, next: '/' }),
    redirect: 'manual',
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${server.url}${path}`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  return answer.text();
}

const RULE = { outcome: 'fail', columns: [], severity: 'error' } as const;
const UPDATED = check({ ...RULE, id: 'orders.rowChanges.updated', kind: 'rowChanges', failing: 8_200 });
const SCHEMA = check({ ...RULE, id: 'orders.schemaChanges', kind: 'schemaChanges', failing: null, evaluated: null });
const COUNT = check({ ...RULE, id: 'orders.rowCount', kind: 'rowCount', failing: null, evaluated: null });
const RANGE = check({ ...RULE, id: 'orders.amount.range', kind: 'range', failing: 3 });

function rejected(): Report {
  const diff = DIFFED.tables[0]?.diff ?? null;
  const tables = [table({ checks: [RANGE, UPDATED, COUNT, SCHEMA], diff })];
  const { verdict, reasons } = decide({
    tables,
    lenient: new Set(),
    problems: [],
    uncovered: { count: 0, policy: 'allow' },
  });
  return report({ verdict, reasons, tables });
}

it('says once of all rules about changes where their rows are, and the reasons stand in the order of the cards', async () => {
  const own = decision({ report: JSON.stringify(rejected()) });
  const none = { kind: 'none', table: 'orders', why: 'no-rows' } as const;
  const text = await page(`/decisions/${own.id}`, {
    decisions: [own],
    failingRows: {
      list: async () => [UPDATED, COUNT, SCHEMA].map(({ id }) => ({ ...none, check: id })),
      read: async () => null,
    },
  });
  const section = text.slice(text.indexOf('<h2 id="failing-rows"'), text.indexOf('<h2 id="record"'));
  expect(section.match(/<li>/g)).toHaveLength(2);
  expect(section).toContain('<code>orders.rowChanges.updated</code>, <code>orders.schemaChanges</code>: judged by');
  expect(section).toContain('<a href="#table-1-updated">rows updated in orders</a>');
  expect(section).toContain('<code>orders.rowCount</code>: no rows, because this kind of check points at no rows');
  for (const [, target] of section.matchAll(/href="#([^"]+)"/g)) expect(text).toContain(`id="${target}"`);

  const inOrder = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found);
  expect(inOrder(/<li>orders: (\w+)/g)).toEqual(['rowCount', 'schemaChanges', 'rowChanges', 'range']);
  expect(inOrder(/<dt>check<\/dt><dd class="mono">orders\.(?:amount\.)?(\w+)/g)).toEqual(inOrder(/<li>orders: (\w+)/g));
  expect(text).toContain('duckdb 1.5.6');
});

it('a merge and the record that it landed as judged are one line, and what went wrong keeps its own', async () => {
  const commit = (letter: string) => letter.repeat(64);
  const merge = (letter: string, same: boolean) =>
    decision({
      state: 'approved',
      status: 200,
      report: JSON.stringify(APPROVED),
      source: `etl-${letter}`,
      mergeCommit: commit(letter),
      landed: { commit: commit(letter), at: '2026-08-22T11:00:00.000Z', same },
    });
  const told = (letter: string, state: 'approved' | 'rejected') =>
    decision({
      event: 'post-merge',
      state,
      status: state === 'approved' ? 200 : 422,
      mergeCommit: commit(letter),
      report: JSON.stringify(report({ verdict: state, tables: [], reasons: [] })),
    });
  const [good, toldGood] = [merge('a', true), told('a', 'approved')];
  const [other, toldOther] = [merge('b', false), told('b', 'rejected')];
  const alone = told('c', 'approved');
  const text = await page('/decisions', { decisions: [good, toldGood, other, toldOther, alone] });
  const lines = [...text.matchAll(/<th scope="row" class="what"><a href="\/decisions\/(\w+)"/g)].map(([, id]) => id);
  expect(lines).toEqual([alone, toldOther, other, good].map(({ id }) => id));
  expect(text).toContain(`<a href="/decisions/${toldGood.id}">landed</a>`);
  expect(text.match(/landed as something else/g)).toHaveLength(1);
});

const CONTRACT = readFileSync(new URL('../../../../contracts/flights.odcs.yaml', import.meta.url), 'utf8');

it.each([
  [2, 2],
  [7, 0],
])('shows the contracts of %d repositories at once, or lets choose', async (repositories, shown) => {
  const decisions = Array.from({ length: repositories }, (_, index) => decision({ repository: `lake-${index}` }));
  const contracts: PagesOptions['contracts'] = {
    kind: 'repository',
    load: async (repository) => {
      if (repository === 'lake-1') throw new SluiceError({ code: 'lakefs-not-found', message: 'It is gone.' });
      const file = 'contracts/orders.odcs.yaml';
      const loaded = readContracts([{ file, text: CONTRACT, digest: 'a'.repeat(64) }], {});
      return { ...loaded, place: { repository: repository ?? '', branch: 'main' } };
    },
  };
  const text = await page('/contracts', { decisions, contracts });
  expect(text.match(/<h2 id="repository-/g) ?? []).toHaveLength(shown);
  expect(text.includes('<a href="/contracts?repository=lake-1">lake-1</a>')).toBe(shown === 0);
  expect(text.includes('It is gone.')).toBe(shown > 0);
  expect(text.match(/href="\/contract\?file=/g) ?? []).toHaveLength(shown === 0 ? 0 : 1);
});
