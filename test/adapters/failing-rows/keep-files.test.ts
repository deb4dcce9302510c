/** Kept failing rows: bounds, leftovers of killed processes, names that others made. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type KeepPolicy, openKeptFiles } from '../../../src/adapters/failing-rows/keep-files.ts';
import { createFailingRowsReader } from '../../../src/adapters/failing-rows/kept-index.ts';
import type { DecisionRows, FailingRowsFile } from '../../../src/gate/failing-rows-ports.ts';

function rows(decisionId: string, checks: DecisionRows['checks'], isRejection = true): DecisionRows {
  return { decisionId, isRejection, checks };
}

const DAY_MS = 86_400_000;

async function world(policy: Partial<KeepPolicy> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-kept-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'failing-rows');
  const clock = { now: Date.parse('2026-08-22T12:00:00Z') };
  const opened = async () => {
    const kept = await openKeptFiles(
      root,
      { maxRows: 10, maxBytes: 1_000, keepMs: 30 * DAY_MS, ...policy },
      () => clock.now,
    );
    onTestFinished(() => kept.close());
    return kept;
  };
  let made = 0;
  const file = (bytes: number, told: Partial<FailingRowsFile> = {}): FailingRowsFile => {
    made += 1;
    const localPath = join(directory, `rows-${made}.parquet`);
    writeFileSync(localPath, Buffer.alloc(bytes, made));
    return {
      kind: 'rows',
      table: 'orders',
      check: 'orders.id',
      columns: ['id'],
      rows: 2,
      failing: 7,
      ...told,
      localPath,
    };
  };
  return { directory, root, clock, opened, file, reader: createFailingRowsReader(root) };
}

describe('kept failing rows', () => {
  it('are found by decision and number, also after a restart, and by nobody but the owner of the files', async () => {
    const { root, opened, file, reader } = await world();
    const kept = await opened();
    await kept.keep(
      rows('01a', [
        file(10),
        { kind: 'none', table: 'orders', check: 'orders.count', why: 'no-rows' },
        file(20, { check: 'orders.amount', columns: ['id', 'amount'] }),
      ]),
    );
    await kept.close();
    expect((await opened()).keptBytes()).toBe(30);
    expect(await reader.list('01a')).toEqual([
      {
        kind: 'rows',
        number: 1,
        table: 'orders',
        check: 'orders.id',
        columns: ['id'],
        rows: 2,
        failing: 7,
        sizeBytes: 10,
      },
      { kind: 'none', table: 'orders', check: 'orders.count', why: 'no-rows' },
      expect.objectContaining({ number: 2, check: 'orders.amount', columns: ['id', 'amount'], sizeBytes: 20 }),
    ]);
    expect(await reader.read('01a', 2)).toEqual(Buffer.alloc(20, 2));
    expect(await reader.read('01a', 3)).toBeNull();
    expect(await reader.read('01b', 1)).toBeNull();
    const modes = [root, join(root, '01a'), ...readdirSync(join(root, '01a')).map((name) => join(root, '01a', name))];
    expect(modes.map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
  });

  it('make room by the oldest decisions', async () => {
    const { opened, file, reader, clock } = await world();
    const kept = await opened();
    for (const id of ['01a', '01b', '01c']) {
      clock.now += 1_000;
      await kept.keep(rows(id, [file(400)]));
    }
    expect(kept.keptBytes()).toBe(800);
    expect(await Promise.all(['01a', '01b', '01c'].map(async (id) => (await reader.list(id)).length))).toEqual([
      0, 1, 1,
    ]);
    expect(await reader.read('01a', 1)).toBeNull();
  });

  it('are never more than allowed: a file that does not fit is told, the others are there', async () => {
    const { opened, file, reader } = await world({ maxFileBytes: 900 });
    const kept = await opened();
    await kept.keep(rows('01a', [file(950), file(800), file(300), file(100)]));
    expect((await reader.list('01a')).map((one) => (one.kind === 'rows' ? one.number : one.why))).toEqual([
      'too-large',
      1,
      'too-large',
      2,
    ]);
    expect(kept.keptBytes()).toBe(900);
  });

  it('are removed when they are too old, and when a new limit is lower', async () => {
    const { opened, file, reader, clock, root } = await world();
    const kept = await opened();
    await kept.keep(rows('01a', [file(10)]));
    clock.now += 31 * DAY_MS;
    await kept.sweep();
    expect(await reader.list('01a')).toEqual([]);
    await kept.keep(rows('01b', [file(10)]));
    await kept.close();
    await (await openKeptFiles(root, { maxRows: 10, maxBytes: 5, keepMs: DAY_MS }, () => clock.now)).close();
    expect(readdirSync(root)).toEqual([]);
  });

  it('of a process that was killed half way are gone at the next start', async () => {
    const { root, opened } = await world();
    mkdirSync(join(root, '.new-01a'), { recursive: true });
    writeFileSync(join(root, '.new-01a', '1.parquet'), 'half');
    mkdirSync(join(root, '01b'));
    writeFileSync(join(root, '01b', '1.parquet'), 'no index');
    mkdirSync(join(root, '01c'));
    writeFileSync(join(root, '01c', 'index.json'), '{"version":1,"kep');
    const kept = await opened();
    expect(readdirSync(root)).toEqual([]);
    expect(kept.keptBytes()).toBe(0);
  });

  it('of a rejection take the place of others of the same decision, which no others do', async () => {
    const { opened, file, reader } = await world();
    const kept = await opened();
    await kept.keep(rows('01a', [file(10)], false));
    await kept.keep(rows('01a', [file(20)], false));
    expect(await reader.list('01a')).toMatchObject([{ sizeBytes: 10 }]);
    await kept.keep(rows('01a', [file(30)]));
    expect(await reader.list('01a')).toMatchObject([{ sizeBytes: 30 }]);
    expect(kept.keptBytes()).toBe(30);
  });

  it('leave nothing behind when one of the files is not there', async () => {
    const { root, opened, file, reader, directory } = await world();
    const kept = await opened();
    const missing = { ...file(10), localPath: join(directory, 'nowhere.parquet') };
    await expect(kept.keep(rows('01a', [file(10), missing]))).rejects.toMatchObject({
      problem: { code: 'failing-rows-not-kept' },
    });
    expect(readdirSync(root)).toEqual([]);
    expect(await reader.list('01a')).toEqual([]);
  });

  it('take no path from a name: ids, tables and checks of others are text', async () => {
    const { root, directory, opened, file, reader } = await world();
    const kept = await opened();
    const hostile = '../../evil\0"\n<script>';
    await kept.keep(rows(hostile, [file(10)]));
    await kept.keep(rows('../evil', [file(10)]));
    await kept.keep(rows('01a', [file(10, { table: hostile, check: `${hostile}.parquet`, columns: [hostile] })]));
    expect(readdirSync(join(root, '01a')).sort()).toEqual(['1.parquet', 'index.json']);
    expect(readdirSync(root)).toEqual(['01a']);
    expect(existsSync(join(directory, 'evil'))).toBe(false);
    expect(await reader.list('01a')).toMatchObject([{ table: hostile, columns: [hostile] }]);
    for (const id of ['../01a', '..', '', '01a/../01a', '01A', '.new-01a']) expect(await reader.list(id)).toEqual([]);
    for (const number of [0, -1, 1.5, Number.NaN]) expect(await reader.read('01a', number)).toBeNull();
  });
});
