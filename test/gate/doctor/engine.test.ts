import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../src/core/problem.ts';
import { examineEngine } from '../../../src/gate/doctor/engine.ts';
import type { EngineSession, QueryEngine, Row } from '../../../src/gate/ports.ts';

const LOCKED: Row = { outside: false, locked: true };
const refused = new SluiceError({
  code: 'engine-query',
  message: 'access to something outside of this run was refused',
});

/** An engine that answers the two questions like this. */
async function look(settings: Row, reading: () => Promise<readonly Row[]>) {
  const session = {
    query: ({ sql }: { readonly sql: string }) => (sql.includes('read_text') ? reading() : Promise.resolve([settings])),
    close: async () => {},
  } as unknown as EngineSession;
  const engine: QueryEngine = { version: 'duckdb v1', open: async () => session, close: async () => {} };
  const deps = {
    engine,
    workspace: { use: <T>(work: (path: string) => Promise<T>) => work(tmpdir()) },
    forbiddenFile: '/x',
  };
  const { level, detail } = await examineEngine(deps, new AbortController().signal);
  return `${level}: ${detail}`;
}

describe('the engine', () => {
  it('that is locked down', async () => {
    expect(await look(LOCKED, () => Promise.reject(refused))).toMatch(/^ok: duckdb 1/);
  });

  it('that reads what it was not given, or starts open', async () => {
    expect(await look(LOCKED, async () => [{ n: 1n }])).toMatch(/^fail: .* it reads a file that it was not given/);
    expect(await look({ ...LOCKED, outside: true }, () => Promise.reject(refused))).toMatch(
      /^fail: .* external access/,
    );
    expect(await look({ ...LOCKED, locked: false }, () => Promise.reject(refused))).toMatch(/^fail/);
  });

  it('that fails for another reason is no proof of a lock', async () => {
    expect(await look(LOCKED, () => Promise.reject(new Error('out of memory')))).toBe('fail: out of memory');
  });
});
