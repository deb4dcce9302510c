import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDuckDbEngine } from '../../../src/adapters/engine/engine.ts';
import type { EngineSession } from '../../../src/gate/ports.ts';

const NEVER = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'sluice-inexact-'));
const engine = createDuckDbEngine({ threads: 1, memoryLimit: 256_000_000, maxTempBytes: 100_000_000, spares: 0 });

/** A copy of a fixture in the run's folder. */
function put(fixture: string, name = `${fixture}.parquet`): string {
  const path = join(folder, name);
  copyFileSync(fileURLToPath(new URL(`../../fixtures/parquet/${fixture}.parquet`, import.meta.url)), path);
  return path;
}

describe('a session that is asked what it reads with loss', () => {
  let session: EngineSession;
  const lossy = put('nanoseconds-of-utc');
  const int96 = put('nanoseconds-in-96-bits');
  const whole = put('whole-microseconds-of-utc');
  const digits = put('44-digits');
  const hiding = put('nanoseconds-named-file-index');
  const many = Array.from({ length: 40 }, (_, index) =>
    put(index % 2 === 0 ? 'nanoseconds-of-utc' : 'whole-microseconds-in-96-bits', `many-${index}.parquet`),
  );
  const hole = join(folder, 'hole.parquet');
  const cut = join(folder, 'cut.parquet');

  beforeAll(async () => {
    // What a diff fetches of an object that did not change: the footer, and the key alone.
    const bytes = readFileSync(lossy);
    const columns = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    writeFileSync(hole, Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(columns - 4), bytes.subarray(columns)]));
    writeFileSync(cut, bytes.subarray(0, -20));
    const inputFiles = [lossy, int96, whole, digits, hiding, hole, cut, ...many];
    session = await engine.open({ inputFiles, stagedFiles: [], runDirectory: folder }, NEVER);
  });

  afterAll(async () => {
    await session.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('names the columns and the rows', async () => {
    expect(await session.inexactColumns([lossy, int96, whole, digits], NEVER)).toEqual(
      new Map([
        [lossy, [{ column: 'v', holds: 'timestamps in nanoseconds', rows: 1n }]],
        [int96, [{ column: 'v', holds: 'timestamps of 96 bits', rows: 1n }]],
        [digits, [{ column: 'v', holds: 'decimals of more than 38 digits', rows: null }]],
      ]),
    );
  });

  it('is not misled by a column that has the name of the engine for the place of a file', async () => {
    expect(await session.inexactColumns([whole, hiding], NEVER)).toEqual(
      new Map([[hiding, [{ column: 'FILE_INDEX', holds: 'timestamps in nanoseconds', rows: 1n }]]]),
    );
  });

  it('takes many files, some at a time, and leaves no copy behind', async () => {
    const [one, other] = await Promise.all([
      session.inexactColumns(many, NEVER),
      session.inexactColumns([whole, lossy], NEVER),
    ]);
    expect([...one.keys()]).toEqual(many.filter((_path, index) => index % 2 === 0));
    expect([...other.keys()]).toEqual([lossy]);
    const spills = readdirSync(folder).filter((name) => name.startsWith('spill-'));
    expect(spills.flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
  });

  it('says nothing of columns that were not fetched', async () => {
    expect(await session.inexactColumns([hole], NEVER)).toEqual(new Map());
  });

  it('refuses a file without a footer, and goes on', async () => {
    await expect(session.inexactColumns([cut], NEVER)).rejects.toMatchObject({ problem: { code: 'engine-input' } });
    expect((await session.inexactColumns([lossy], NEVER)).size).toBe(1);
  });
});
