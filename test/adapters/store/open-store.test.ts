import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../src/adapters/store/migrations.ts';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import { SluiceError } from '../../../src/core/problem.ts';
import type { Decision, DecisionStore } from '../../../src/gate/record-ports.ts';
import { program } from '../../support/programs.ts';
import { APPROVED, KEY, running } from './decisions.ts';

/** Before every decision there is. */
const EVER = '2000-01-01T00:00:00.000Z';
const WRITER = program('test/adapters/store/writer.ts');

let directory = '';
let path = '';
const open: DecisionStore[] = [];

function opened(options: { readonly?: boolean } = {}): DecisionStore {
  const store = openStore(path, options);
  open.push(store);
  return store;
}

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof SluiceError ? error.problem.code : `not ours: ${error}`;
  }
  return 'no error';
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-store-'));
  path = join(directory, 'state', 'decisions.db');
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a delivery', () => {
  it('comes back as it was written, running and final', () => {
    const store = opened();
    const odd = running('1', { source: `it's\t"ünïcode" 👍`, committer: null, branch: '' });
    store.begin(odd);
    expect(store.get('1')).toEqual(odd);
    store.finish('1', APPROVED);
    expect(store.get('1')).toEqual({ ...odd, ...APPROVED });
    expect(store.get('2')).toBeNull();
  });

  it('ends once', () => {
    const store = opened();
    store.begin(running('1'));
    store.finish('1', APPROVED);
    expect(code(() => store.finish('1', { ...APPROVED, state: 'rejected', status: 422 }))).toBe('decision-final');
    expect(code(() => store.finish('unknown', APPROVED))).toBe('decision-final');
    expect(store.get('1')?.state).toBe('approved');
  });

  it('begins once', () => {
    const store = opened();
    store.begin(running('1'));
    expect(code(() => store.begin(running('1')))).toBe('state-unavailable');
  });

  it('cannot be approved without a report and the status 200', () => {
    const store = opened();
    store.begin(running('1'));
    expect(code(() => store.finish('1', { ...APPROVED, report: null }))).toBe('state-unavailable');
    expect(code(() => store.finish('1', { ...APPROVED, status: 503 }))).toBe('state-unavailable');
    expect(store.get('1')?.state).toBe('running');
  });
});

describe('findByKey', () => {
  it('finds the newest approved or rejected decision of exactly this key', () => {
    const store = opened();
    for (const id of ['1', '2', '3', '4']) store.begin(running(id));
    store.finish('1', APPROVED);
    store.finish('2', { ...APPROVED, state: 'rejected', status: 422 });
    store.finish('3', { ...APPROVED, state: 'undecided', status: 503 });
    expect(store.findByKey(KEY, EVER)?.id).toBe('2');
    for (const part of Object.keys(KEY)) expect(store.findByKey({ ...KEY, [part]: 'other' }, EVER), part).toBeNull();
  });

  it('leaves out what is too old, and a replay makes nothing younger', () => {
    const store = opened();
    store.begin(running('1'));
    store.finish('1', APPROVED);
    store.begin(running('2'));
    store.finish('2', { ...APPROVED, replayOf: '1', decidedAt: '2026-11-21T05:36:38.000Z' });
    expect(store.findByKey(KEY, APPROVED.decidedAt)?.id).toBe('1');
    expect(store.findByKey(KEY, '2026-11-21T04:36:38.001Z')).toBeNull();
  });

  it('uses its index', () => {
    opened().close();
    const database = new Database(path);
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT * FROM decision WHERE key_meta_range = ? AND key_destination_commit = ?
         AND key_repository = ? AND key_contract_digest = ? AND key_engine_version = ? AND key_policy_digest = ?
         AND state IN ('approved', 'rejected') ORDER BY sequence DESC LIMIT 1`,
      )
      .all(['', '', '', '', '', '']);
    expect(JSON.stringify(plan)).toContain('decision_by_key');
    database.close();
  });
});

describe('list', () => {
  it('is newest first, filtered and limited', () => {
    const store = opened();
    store.begin(running('b'));
    store.begin(running('a', { repository: 'pond' }));
    store.begin(running('c', { branch: 'dev' }));
    store.finish('b', APPROVED);
    const ids = (filter: object) => store.list({ limit: 9, ...filter }).map(({ id }) => id);
    expect(ids({})).toEqual(['c', 'a', 'b']);
    expect(ids({ limit: 2 })).toEqual(['c', 'a']);
    expect(ids({ repository: 'lake' })).toEqual(['c', 'b']);
    expect(ids({ repository: 'lake', branch: 'dev' })).toEqual(['c']);
    expect(ids({ state: 'approved' })).toEqual(['b']);
    expect(ids({ branch: "dev' OR 1=1 --" })).toEqual([]);
  });

  it('knows events, origins, merge commits, times and pages', () => {
    const store = opened();
    store.begin(running('1', { receivedAt: '2026-11-21T01:00:00.000Z' }));
    store.begin(running('2', { receivedAt: '2026-11-21T02:00:00.000Z', origin: 'check' }));
    store.begin(running('3', { receivedAt: '2026-11-21T03:00:00.000Z', event: 'pre-commit', mergeCommit: '' }));
    const ids = (filter: object) => store.list({ limit: 9, ...filter }).map(({ id }) => id);
    expect(ids({ event: 'pre-commit' })).toEqual(['3']);
    expect(ids({ origin: 'check' })).toEqual(['2']);
    expect(ids({ mergeCommit: 'e'.repeat(64) })).toEqual(['2', '1']);
    expect(ids({ since: '2026-11-21T02:00:00.000Z' })).toEqual(['3', '2']);
    expect(ids({ until: '2026-11-21T02:00:00.000Z' })).toEqual(['1']);
    expect(ids({ before: '3', limit: 1 })).toEqual(['2']);
    expect(ids({ before: '2' })).toEqual(['1']);
    expect(ids({ before: 'no such decision' })).toEqual([]);
  });
});

describe('outlines', () => {
  it('are what list gives, in the same order and by the same filters, without reports', () => {
    const store = opened();
    for (const id of ['1', '2', '3']) store.begin(running(id, { branch: id === '2' ? 'dev' : 'main' }));
    store.finish('1', APPROVED);
    store.land('1', { commit: 'c'.repeat(64), at: '2026-08-22T10:00:00.000Z', same: true });
    for (const filter of [
      { limit: 9 },
      { limit: 1 },
      { limit: 9, branch: 'dev' },
      { limit: 9, before: '3' },
    ] as const) {
      const whole = store.list(filter).map(({ report, ...rest }) => ({ ...rest, hasReport: report !== null }));
      expect(store.outlines(filter).map(({ findings: _findings, ...rest }) => rest)).toEqual(whole);
    }
    expect(store.outlines({ limit: 9, state: 'approved' })[0]).not.toHaveProperty('report');
  });
});

describe('what became of a decision', () => {
  const LANDED = { commit: 'f'.repeat(64), at: '2026-11-21T04:36:40.000Z', same: true };

  it('is recorded once, for approved ones alone', () => {
    const store = opened();
    store.begin(running('1'));
    expect(code(() => store.land('1', LANDED))).toBe('decision-final');
    store.finish('1', APPROVED);
    store.land('1', LANDED);
    expect(store.get('1')?.landed).toEqual(LANDED);
    expect(code(() => store.land('1', { ...LANDED, same: false }))).toBe('decision-final');
    expect(store.get('1')?.landed).toEqual(LANDED);
  });

  it('lets a release be made of a merge commit that a hook has approved', () => {
    const store = opened();
    store.begin(running('1'));
    expect(store.approvedFor('lake', 'e'.repeat(64))).toBeNull();
    store.finish('1', APPROVED);
    expect(store.approvedFor('lake', 'e'.repeat(64))?.id).toBe('1');
    expect(store.approvedFor('pond', 'e'.repeat(64))).toBeNull();
  });

  it.each<[string, Partial<Decision>, Partial<Decision>]>([
    ['asked for by a check', { origin: 'check' }, {}],
    ['of another event', { event: 'pre-create-branch' }, {}],
    ['given without a look', {}, { key: null }],
    ['rejected', {}, { state: 'rejected', status: 422 }],
    ['on a scratch branch', { branch: 'sluice-scratch-canary-h-1-2-a' }, {}],
  ])('and not of one %s', (_, begun, final) => {
    const store = opened();
    store.begin(running('1', begun));
    store.finish('1', { ...APPROVED, ...final });
    expect(store.approvedFor('lake', 'e'.repeat(64))).toBeNull();
  });

  it.each([true, false])('lets a release be made of a landed commit only with the judged tree: %s', (same) => {
    const store = opened();
    store.begin(running('1', { event: 'pre-commit', mergeCommit: '' }));
    store.finish('1', APPROVED);
    store.land('1', { ...LANDED, same });
    expect(store.approvedFor('lake', LANDED.commit)?.id).toBe(same ? '1' : undefined);
  });
});

describe('records of the first version', () => {
  it('are of hooks and have not landed', () => {
    mkdirSync(join(directory, 'state'));
    const old = new Database(path);
    old.exec(`CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT; ${MIGRATIONS[0]}`);
    old.exec('INSERT INTO schema_version (version) VALUES (1)');
    old.exec(`INSERT INTO decision (id, state, event, repository, branch, source, merge_commit, received_at)
      VALUES ('1', 'running', 'pre-merge', 'lake', 'main', 'etl', '', '2026-11-21T04:36:37.000Z')`);
    old.close();
    expect(opened().get('1')).toMatchObject({ origin: 'hook', landed: null });
  });
});

describe('abandonUnfinished', () => {
  it('ends what a dead process left running and nothing else', () => {
    const store = opened();
    for (const id of ['1', '2', '3']) store.begin(running(id));
    store.finish('2', APPROVED);
    expect(store.abandonUnfinished('2026-11-21T05:00:00.000Z')).toBe(2);
    expect(store.get('1')).toMatchObject({ state: 'abandoned', decidedAt: '2026-11-21T05:00:00.000Z', report: null });
    expect(store.get('2')?.state).toBe('approved');
    expect(store.abandonUnfinished('2026-11-21T05:00:01.000Z')).toBe(0);
    expect(code(() => store.finish('1', APPROVED))).toBe('decision-final');
  });
});

describe('the file', () => {
  it('has one writer, in this process and in others, and lets the next one in after close', () => {
    const first = opened();
    expect(code(() => openStore(path))).toBe('state-in-use');
    const other = spawnSync(process.execPath, [WRITER, path, 'x'], { encoding: 'utf8' });
    expect(other.stderr).toContain('Another sluice server works on');
    expect(other.stdout).toBe('');
    first.close();
    first.close();
    opened().begin(running('1'));
  });

  it('can be read beside the writer, who is not disturbed', () => {
    const writer = opened();
    writer.begin(running('1'));
    const reader = opened({ readonly: true });
    expect(reader.get('1')?.state).toBe('running');
    writer.finish('1', APPROVED);
    expect(reader.get('1')?.state).toBe('approved');
    expect(code(() => reader.begin(running('2')))).toBe('state-unavailable');
    expect(code(() => reader.abandonUnfinished(''))).toBe('state-unavailable');
    reader.close();
    writer.begin(running('2'));
  });

  it('is not created by a reader', () => {
    expect(code(() => openStore(path, { readonly: true }))).toBe('state-missing');
  });

  it('is refused when a newer version wrote it', () => {
    opened().close();
    const database = new Database(path);
    database.prepare('INSERT INTO schema_version (version) VALUES (?)').run([MIGRATIONS.length + 1]);
    database.close();
    expect(code(() => openStore(path))).toBe('state-version');
    expect(code(() => openStore(path, { readonly: true }))).toBe('state-version');
  });

  it('is refused when it is no database, and left as it is', () => {
    opened().close();
    rmSync(`${path}-wal`, { force: true });
    writeFileSync(path, 'no database, but somebody wants it\n'.repeat(200));
    expect(code(() => openStore(path))).toBe('state-unavailable');
    expect(readFileSync(path, 'utf8')).toContain('no database');
  });

  it('answers nothing after close', () => {
    const store = opened();
    store.close();
    expect(code(() => store.get('1'))).toBe('state-unavailable');
  });

  it('says so when the directory cannot be made', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(code(() => openStore(join(directory, 'file', 'decisions.db')))).toBe('state-unavailable');
  });
});

describe('a full disk', () => {
  it('is an error, and what was acknowledged before stays', () => {
    // A limit on the size of files, which the kernel enforces as a failed write.
    const command = `ulimit -f 3000; exec "$0" "$1" "$2" full`;
    const child = spawnSync('bash', ['-c', command, process.execPath, WRITER, path], { encoding: 'utf8' });
    const lines = child.stdout.trim().split('\n');
    expect(child.status, child.stderr).toBe(3);
    expect(lines.at(-1)).toMatch(/^failed The decision records cannot be used/);
    const reader = opened();
    const finished = lines.filter((line) => line.startsWith('finished ')).map((line) => line.slice(9));
    expect(finished.length).toBeGreaterThan(10);
    expect(finished.filter((id) => reader.get(id)?.state !== 'approved')).toEqual([]);
  });
});

describe('kill -9', () => {
  it('loses no acknowledged row and leaves no lock, twenty times', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      const child = spawn(process.execPath, [WRITER, path, `r${round}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const told = await killedAfter(child, 1 + Math.random() * 40);
      const store = openStore(path);
      for (const [word, id] of told) {
        const state = store.get(id)?.state;
        if (word === 'finished') expect(state, id).toBe('approved');
        else expect(['running', 'approved'], id).toContain(state);
      }
      expect(told.length).toBeGreaterThan(0);
      expect(store.abandonUnfinished('2026-11-21T05:00:00.000Z')).toBeLessThanOrEqual(1);
      store.close();
    }
  });
});

/** Kills the writer some milliseconds after its first line; what it had told by then, as [word, id]. */
async function killedAfter(child: ChildProcess, milliseconds: number): Promise<readonly [string, string][]> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), milliseconds);
    text += chunk;
  });
  await once(child, 'close');
  const whole = text.split('\n').slice(0, -1);
  return whole.map((line) => line.split(' ', 2) as [string, string]);
}
