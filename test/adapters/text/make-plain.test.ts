import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTextFiles } from '../../../src/adapters/text/make-plain.ts';
import type { ReaderOptions } from '../../../src/core/contract/contract.ts';
import type { PlainText } from '../../../src/gate/ports.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sluice-plain-'));
const RFC: ReaderOptions = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  encoding: 'utf-8',
  nullTokens: [],
};
const LINES = `id,note\n${Array.from({ length: 40 }, (_, index) => `${index},row ${index * 7919}`).join('\n')}\n`;
let zstd: Buffer;
let made = 0;

beforeAll(async () => {
  const path = join(scratch, 'made.csv.zst');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT range AS id, 'row ' || range * 7919 AS note FROM range(40)) TO '${path}' (FORMAT csv, COMPRESSION zstd)`,
  );
  connection.closeSync();
  instance.closeSync();
  zstd = readFileSync(path);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Plain extends PlainText {
  readonly text: string;
}

async function plain(
  name: string,
  bytes: string | Uint8Array,
  { maxPlainBytes = 10_000_000, ...reader }: Partial<ReaderOptions> & { readonly maxPlainBytes?: number } = {},
): Promise<Plain> {
  made += 1;
  const folder = join(scratch, String(made));
  mkdirSync(folder);
  const localPath = join(folder, 'object');
  writeFileSync(localPath, bytes);
  const result = await createTextFiles({ maxPlainBytes }).makePlain(
    { path: name, localPath, format: 'csv', reader: { ...RFC, ...reader }, plainPath: join(folder, 'plain') },
    new AbortController().signal,
  );
  return { ...result, text: readFileSync(result.localPath, 'utf8') };
}

const broken = (message: string): unknown => [{ message: expect.stringContaining(message), line: null, rows: null }];

describe('plain and compressed', () => {
  it('a plain object in UTF-8 is read where it is', async () => {
    const result = await plain('t.csv', LINES);
    expect(result).toMatchObject({ header: ['id', 'note'], records: 40n, defects: [] });
    expect(result.localPath.endsWith('/object')).toBe(true);
  });

  it.each(['t.csv.gz', 'T.CSV.GZIP'])('gzip by the name %s', async (name) => {
    expect(await plain(name, gzipSync(LINES))).toMatchObject({ records: 40n, defects: [], text: LINES });
  });

  it('gzip of several members, one after the other', async () => {
    const half = LINES.indexOf('20,row');
    const bytes = Buffer.concat([gzipSync(LINES.slice(0, half)), gzipSync(LINES.slice(half))]);
    expect(await plain('t.csv.gz', bytes)).toMatchObject({ records: 40n, defects: [], text: LINES });
  });

  it('gzip whose second member is damaged in its first byte, which zlib passes over', async () => {
    const half = LINES.indexOf('20,row');
    const second = gzipSync(LINES.slice(half));
    second[0] = 0;
    const bytes = Buffer.concat([gzipSync(LINES.slice(0, half)), second]);
    expect((await plain('t.csv.gz', bytes)).defects).toEqual(broken('gzip'));
  });

  it('gzip cut at every byte', async () => {
    const bytes = gzipSync(LINES);
    for (let length = 0; length < bytes.length; length += 1) {
      const { defects } = await plain('t.csv.gz', bytes.subarray(0, length));
      expect({ length, defects }).toEqual({ length, defects: length === 0 ? expect.anything() : broken('gzip') });
      expect(defects.length).toBeGreaterThan(0);
    }
  });

  it('gzip with any one bit of its data wrong', async () => {
    const bytes = gzipSync(LINES);
    for (let at = 10; at < bytes.length; at += 7) {
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 0x10;
      expect({ at, defects: (await plain('t.csv.gz', wrong)).defects }).toEqual({ at, defects: broken('gzip') });
    }
  });

  it('zstd', async () => {
    expect(await plain('t.csv.zst', zstd)).toMatchObject({ records: 40n, defects: [], text: LINES });
  });

  it('zstd of several frames, one after the other', async () => {
    const result = await plain('t.csv.zst', Buffer.concat([zstd, zstd]));
    expect(result).toMatchObject({ defects: [], text: LINES + LINES });
  });

  it('zstd cut at every byte', async () => {
    for (let length = 1; length < zstd.length; length += 1) {
      const { defects } = await plain('t.csv.zst', zstd.subarray(0, length));
      expect({ length, defects }).toEqual({ length, defects: broken('zstd') });
    }
  });

  it('zstd whose second frame is cut at every byte', async () => {
    for (let length = 1; length < zstd.length; length += 1) {
      const { defects } = await plain('t.csv.zst', Buffer.concat([zstd, zstd.subarray(0, length)]));
      expect({ length, defects }).toEqual({ length, defects: broken('zstd') });
    }
  });

  it.each([
    ['t.csv.gz', 'gzip'],
    ['t.csv.zst', 'zstd'],
  ])('%s that is no %s', async (name, word) => {
    expect((await plain(name, LINES)).defects).toEqual(broken(word));
  });

  it.each([
    ['t.csv.gz', () => gzipSync('x'.repeat(200_000))],
    ['t.csv', () => Buffer.from('x'.repeat(200_000))],
  ])('%s larger than an object may be when decompressed', async (name, bytes) => {
    const { defects } = await plain(name, bytes(), { maxPlainBytes: 100_000 });
    expect(defects).toEqual(broken('more than 100000 bytes'));
  });

  it('just as large as it may be', async () => {
    const bytes = `id\n${'x'.repeat(99_997)}`;
    expect(await plain('t.csv.gz', gzipSync(bytes), { maxPlainBytes: 100_000 })).toMatchObject({ defects: [] });
  });
});

describe('encodings', () => {
  const text = 'größe,名\n1,é\n2,😀\n';
  const bigEndian = (what: string): Buffer => Buffer.from(what, 'utf16le').swap16();

  it.each([
    ['UTF-16, little-endian with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, little-endian without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16, big-endian with a mark', bigEndian(`\uFEFF${text}`)],
  ])('%s', async (_title, bytes) => {
    expect(await plain('t.csv', bytes, { encoding: 'utf-16' })).toMatchObject({
      header: ['größe', '名'],
      records: 2n,
      defects: [],
      text,
    });
  });

  it('Latin-1', async () => {
    const bytes = Buffer.from('größe,b\n1,é\n', 'latin1');
    expect(await plain('t.csv', bytes, { encoding: 'latin-1' })).toMatchObject({
      header: ['größe', 'b'],
      text: 'größe,b\n1,é\n',
    });
  });

  it('Latin-1 in gzip', async () => {
    const bytes = gzipSync(Buffer.from('a,b\n1,é\n', 'latin1'));
    expect(await plain('t.csv.gz', bytes, { encoding: 'latin-1' })).toMatchObject({ text: 'a,b\n1,é\n' });
  });

  it.each([
    ['half a character at the end', Buffer.from(`${text}x`, 'utf16le').subarray(0, -1)],
    [
      'half of a pair',
      Buffer.concat([Buffer.from('a\n', 'utf16le'), Buffer.from([0x3d, 0xd8]), Buffer.from('b\n', 'utf16le')]),
    ],
  ])('UTF-16 with %s', async (_title, bytes) => {
    expect((await plain('t.csv', bytes, { encoding: 'utf-16' })).defects).toEqual(broken('not utf-16'));
  });
});

describe('what is not the data’s fault', () => {
  it.each(['t.csv', 't.csv.gz', 't.csv.zst'])(
    'a file that is not there (%s) is a failure of the disk',
    async (path) => {
      const request = { path, localPath: join(scratch, 'absent'), format: 'csv' as const, reader: RFC };
      await expect(
        createTextFiles({ maxPlainBytes: 1000 }).makePlain(
          { ...request, plainPath: join(scratch, `absent-${path}`) },
          new AbortController().signal,
        ),
      ).rejects.toMatchObject({ problem: { code: 'disk-failed' }, cause: { code: 'ENOENT' } });
    },
  );

  it.each(['t.csv', 't.csv.gz', 't.csv.zst'])('a run that was given up (%s) rejects with its reason', async (path) => {
    const localPath = join(scratch, `given-up-${path}`);
    writeFileSync(localPath, path.endsWith('gz') ? gzipSync(LINES) : path.endsWith('zst') ? zstd : LINES);
    const reason = new Error('given up');
    await expect(
      createTextFiles({ maxPlainBytes: 1000 }).makePlain(
        { path, localPath, format: 'csv', reader: RFC, plainPath: `${localPath}.plain` },
        AbortSignal.abort(reason),
      ),
    ).rejects.toBe(reason);
  });

  it('no file stays open after a bomb was given up', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let run = 0; run < 5; run += 1) {
      await plain('t.csv.gz', gzipSync(Buffer.alloc(20_000_000, 'xy')), { maxPlainBytes: 1000 });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(open()).toBeLessThanOrEqual(before + 1);
  });
});
