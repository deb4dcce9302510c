/** What is kept of a text within a run, and that nothing is kept of what did not come to its end. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import type { ContractTable } from '../../src/core/contract/contract.ts';
import { SluiceError } from '../../src/core/problem.ts';
import { createBaseObjects } from '../../src/gate/base-objects.ts';
import { readContracts } from '../../src/gate/load-contracts.ts';
import type { EngineSession, ObjectReader } from '../../src/gate/ports.ts';
import { createRunTexts, lookThrough, type RunTexts, sessionFiles } from '../../src/gate/run-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-staged-once-'));
const engine = createDuckDbEngine({ threads: 1, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
const never = new AbortController().signal;
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const text = createTextFiles({ maxPlainBytes: 1_000_000 });
const localPath = join(folder, 'orders.csv');
writeFileSync(localPath, `id\n${Array.from({ length: 1_000 }, (_none, id) => `${id}\n`).join('')}`);
const object = { path: 'orders/a.csv', localPath, sizeBytes: 1, partition: {} };

function tableOf(): ContractTable {
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema: [{name: orders, properties: [{name: id, logicalType: integer}]}]`;
  const [table] = readContracts([{ file: 'c.yaml', text: contract, digest: '' }], {}).contracts[0]?.tables ?? [];
  if (table === undefined) throw new Error('no table');
  return table;
}

const table = tableOf();

/** One session over the object: what staging it says, and what else is done in the session. */
async function staged(
  texts: RunTexts,
  between: (session: EngineSession, stagedFiles: readonly string[]) => EngineSession = (session) => session,
  signal = never,
) {
  const [one] = await lookThrough([{ table, objects: [object] }], texts, signal);
  const input = one?.texts.of.get(object);
  if (one === undefined || input === undefined) throw new Error('no text');
  const files = sessionFiles([one]);
  const session = await engine.open({ ...files, runDirectory: folder }, signal);
  try {
    const found = await texts.stage(table, input, between(session, files.stagedFiles), signal);
    const path = found.readable.localPath;
    const rows = await session.query({ sql: `SELECT count(*) AS n FROM read_parquet($1)`, parameters: [path] }, never);
    const write = session.query(
      { sql: 'COPY (SELECT 1 AS v0) TO $1 (FORMAT parquet, USE_TMP_FILE false)', parameters: [path] },
      never,
    );
    const tampered = await write.then(
      () => 'written',
      () => 'refused',
    );
    return { rows: found.rows, read: String(rows[0]?.['n']), path, files, tampered };
  } finally {
    await session.close();
  }
}

describe('a text that was staged', () => {
  it('is read by the next session, which cannot write to it, and neither can the one that staged it', async () => {
    const texts = createRunTexts(mkdtempSync(join(folder, 'run-')), text);
    const first = await staged(texts);
    const bytes = readFileSync(first.path);
    const second = await staged(texts);
    expect(first).toMatchObject({ rows: 1_000n, read: '1000', tampered: 'refused' });
    expect(first.files.stagedFiles).toEqual([first.path]);
    expect(second).toMatchObject({ rows: 1_000n, read: '1000', path: first.path, tampered: 'refused' });
    expect(second.files).toEqual({ inputFiles: [first.path], stagedFiles: [] });
    expect(statSync(first.path).mode & 0o777).toBe(0o444);
    expect(readFileSync(first.path).equals(bytes)).toBe(true);
  });

  it('is not taken for the same text as another table reads it', async () => {
    const texts = createRunTexts(mkdtempSync(join(folder, 'run-')), text);
    await staged(texts);
    const [one] = await lookThrough([{ table, objects: [object] }], texts, never);
    const input = one?.texts.of.get(object);
    if (input === undefined) throw new Error('no text');
    const other = { ...table, properties: [] };
    const session = await engine.open({ inputFiles: [], stagedFiles: [], runDirectory: folder }, never);
    await expect(texts.stage(other, input, session, never)).rejects.toThrow('as another table');
    await session.close();
    const [exact] = await lookThrough([{ table, objects: [object], isExact: true }], texts, never);
    expect(exact?.texts.of.get(object)?.staged).toBeNull();
  });
});

describe('a staging that did not come to its end', () => {
  const cut = new SluiceError({ code: 'engine-aborted', message: 'there was no more time' });
  const broken = new SluiceError({ code: 'engine-query', message: 'Out of memory' });
  const failing = (cause: unknown) => (session: EngineSession, stagedFiles: readonly string[]) => ({
    ...session,
    query: () => {
      for (const path of stagedFiles) writeFileSync(path, 'PAR1 and the first half');
      return Promise.reject(cause);
    },
  });

  it.each([
    ['cut by a deadline', cut],
    ['broken by the engine', broken],
  ])('%s is not kept: the next session sees every row', async (_name, cause) => {
    const texts = createRunTexts(mkdtempSync(join(folder, 'run-')), text);
    await expect(staged(texts, failing(cause))).rejects.toThrow();
    expect(await staged(texts)).toMatchObject({ rows: 1_000n, read: '1000' });
  });

  it('neither is a text that was looked through half', async () => {
    const texts = createRunTexts(mkdtempSync(join(folder, 'run-')), text);
    await expect(staged(texts, (session) => session, AbortSignal.abort(cut))).rejects.toThrow();
    expect(await staged(texts)).toMatchObject({ rows: 1_000n });
  });

  it('nor one whose file could not be protected', async () => {
    const unprotected = { ...text, protect: () => Promise.reject(broken) };
    const texts = createRunTexts(mkdtempSync(join(folder, 'run-')), unprotected);
    await expect(staged(texts)).rejects.toThrow('Out of memory');
    const [one] = await lookThrough([{ table, objects: [object] }], texts, never);
    expect(one?.texts.of.get(object)?.staged).toBeNull();
  });
});

describe('objects of the base', () => {
  const entry = (path: string, sizeBytes = 10) => ({ path, physicalAddress: path, checksum: path, sizeBytes });
  const source = { repository: 'lake', commitId: 'head', maxBytes: 25, runDirectory: folder };
  const lake = { storageNamespace: async () => 'local://lake' };

  function fetching(answer: (path: string) => number) {
    const asked: string[] = [];
    const objects: ObjectReader = {
      fetch: async (request) => {
        asked.push(request.objects.map(({ path }) => path).join(' '));
        return request.objects.map(({ path }) => ({
          path,
          localPath: `/${path}`,
          sizeBytes: answer(path),
          sha256: '',
        }));
      },
    };
    return { asked, base: createBaseObjects(source, { lake, objects }) };
  }

  it('come once, however often they are asked for', async () => {
    const { asked, base } = fetching(() => 10);
    await base.bring([], never);
    await base.bring([entry('a')], never);
    const both = await base.bring([entry('a'), entry('b')], never);
    expect([both.get('a'), both.get('b')]).toEqual(['/a', '/b']);
    expect(asked).toEqual(['a', 'b']);
  });

  it('are asked for again when they did not come, or not whole', async () => {
    let size = -1;
    const { asked, base } = fetching(() => {
      if (size < 0) throw new SluiceError({ code: 'cancelled', message: 'there was no more time' });
      return size;
    });
    await expect(base.bring([entry('a')], never)).rejects.toThrow('no more time');
    size = 9;
    await expect(base.bring([entry('a')], never)).rejects.toThrow('was not read whole');
    size = 10;
    expect((await base.bring([entry('a')], never)).get('a')).toBe('/a');
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('are no more than one run may fetch, over all who ask', async () => {
    const { asked, base } = fetching(() => 10);
    await base.bring([entry('a'), entry('b')], never);
    await expect(base.bring([entry('a'), entry('c')], never)).rejects.toThrow('30 bytes that differ, 25 are allowed');
    await base.bring([entry('b'), entry('d', 5)], never).catch(() => {});
    expect(asked).toEqual(['a b', 'd']);
  });
});
