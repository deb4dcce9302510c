/** A lake of two commits, `base` and `head`, and the comparison of them in a real engine. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../../src/adapters/workspace/run-directories.ts';
import type { DiffEntry, ObjectEntry } from '../../src/core/change/object.ts';
import type { DiffReport } from '../../src/core/diff/diff-report.ts';
import { SluiceError } from '../../src/core/problem.ts';
import { diffRefs, type RefDiffDeps, type RefDiffRequest } from '../../src/gate/diff-refs.ts';
import type { Commit } from '../../src/gate/ports.ts';

// As long as the worker: an engine takes a while to start.
const scratch = mkdtempSync(join(tmpdir(), 'sluice-refs-test-'));
mkdirSync(join(scratch, 'made'));
const engine = createDuckDbEngine({ threads: 2, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
const connection = DuckDBInstance.create(':memory:').then((database) => database.connect());
let made = 0;

/** A SELECT is written as Parquet, everything else as it is. */
export type RefFile = { readonly select: string } | string;
export type RefFiles = Readonly<Record<string, RefFile>>;

export interface RefRun extends Partial<Omit<RefDiffRequest, 'base' | 'head' | 'repository'>> {
  readonly at: { readonly base: RefFiles; readonly head: RefFiles };
  readonly contract?: string;
  /** Bytes of unchanged Parquet objects of a table that are read whole; default: all. */
  readonly unchangedBytes?: number;
  readonly maxBytes?: number;
  /** The columns of unchanged objects stay zeros. */
  readonly withoutColumns?: boolean;
  /** Paths that the diff of lakeFS does not show. */
  readonly hidden?: readonly string[];
  /** Paths whose data is gone. */
  readonly gone?: readonly string[];
  readonly dirty?: readonly string[];
}

/** What was asked of the gateway: whole objects, and bytes of parts. */
export interface Traffic {
  readonly objects: string[];
  readonly parts: string[];
  /** Prefixes that were listed. */
  readonly listed: string[];
}

type Tree = ReadonlyMap<string, { readonly entry: ObjectEntry; readonly bytes: Buffer }>;

export async function runRefDiff(run: RefRun): Promise<{ readonly report: DiffReport; readonly traffic: Traffic }> {
  const { at, contract, unchangedBytes, maxBytes, withoutColumns, hidden, gone, dirty, ...options } = run;
  const trees = { base: await treeOf(at.base), head: await treeOf(at.head) };
  const traffic: Traffic = { objects: [], parts: [], listed: [] };
  const report = await diffRefs(
    {
      repository: 'lake',
      base: 'base',
      head: 'head',
      tables: [],
      key: null,
      keyOf: new Map(),
      show: [],
      limit: 5,
      tolerance: {},
      limits: { exactRows: 1_000_000, profileBytes: 100_000_000 },
      fetchLimits: {
        objects: 1000,
        bytes: maxBytes ?? 100_000_000,
        unchangedBytes: unchangedBytes ?? Number.POSITIVE_INFINITY,
      },
      variables: {},
      ...options,
    },
    {
      ...fakeLake(trees, traffic, run),
      ...fakeGateway(trees, traffic, run),
      contracts: contract === undefined ? null : { load: async () => [documentOf(contract)] },
      engine,
      text: createTextFiles({ maxPlainBytes: 100_000_000 }),
      workspace: createWorkspace(scratch, 'run-'),
      version: '0.0.0',
      elapsed: () => performance.now(),
    },
    AbortSignal.timeout(60_000),
  );
  return { report, traffic };
}

function documentOf(text: string) {
  return { file: 'contract.odcs.yaml', text, digest: createHash('sha256').update(text).digest('hex') };
}

async function treeOf(files: RefFiles): Promise<Tree> {
  const tree = new Map<string, { readonly entry: ObjectEntry; readonly bytes: Buffer }>();
  for (const [path, file] of Object.entries(files)) {
    const bytes = typeof file === 'string' ? Buffer.from(file) : await parquet(file.select);
    const checksum = createHash('md5').update(bytes).digest('hex');
    tree.set(path, {
      entry: { path, physicalAddress: `local://lake/${checksum}`, checksum, sizeBytes: bytes.length },
      bytes,
    });
  }
  return tree;
}

const written = new Map<string, Buffer>();

async function parquet(select: string): Promise<Buffer> {
  const known = written.get(select);
  if (known !== undefined) return known;
  made += 1;
  const path = join(scratch, 'made', `${made}.parquet`);
  await (await connection).run(`COPY (${select}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  const bytes = readFileSync(path);
  written.set(select, bytes);
  return bytes;
}

function fakeLake(
  trees: { readonly base: Tree; readonly head: Tree },
  traffic: Traffic,
  { hidden = [], dirty = [] }: RefRun,
): Pick<RefDiffDeps, 'lake' | 'reader'> {
  const named = (id: string): Tree => (id === 'base'.padEnd(64, '0') ? trees.base : trees.head);
  const commit = (ref: string): Commit => ({
    id: ref.padEnd(64, '0'),
    parents: [],
    metaRangeId: JSON.stringify([...(ref === 'base' ? trees.base : trees.head).values()].map(({ entry }) => entry)),
    creationDate: 0,
    committer: 'ann',
    metadata: {},
  });
  const diff = (): readonly DiffEntry[] =>
    [...new Set([...trees.base.keys(), ...trees.head.keys()])].flatMap((path): readonly DiffEntry[] => {
      const [before, after] = [trees.base.get(path)?.entry, trees.head.get(path)?.entry];
      if (hidden.includes(path) || before?.checksum === after?.checksum) return [];
      const type = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
      return [{ type, path, sizeBytes: null }];
    });
  return {
    lake: {
      diff: async () => diff(),
      list: async (_repository, id, prefix) => {
        traffic.listed.push(prefix);
        return [...named(id).values()].map(({ entry }) => entry).filter(({ path }) => path.startsWith(prefix));
      },
      storageNamespace: async () => 'local://lake',
    },
    reader: {
      resolve: async (_repository, ref) => {
        if (ref === 'base' || ref === 'head') return commit(ref);
        throw new SluiceError({ code: 'lakefs-not-found', message: `no ${ref}` });
      },
      branches: async (_repository, prefix) => [{ id: prefix, commitId: '' }],
      uncommitted: async (_repository, branch) =>
        dirty.includes(branch) ? [{ type: 'added', path: 'x', sizeBytes: 1 }] : [],
    },
  };
}

/** The object as its commit has it. */
function fakeGateway(
  trees: { readonly base: Tree; readonly head: Tree },
  traffic: Traffic,
  { gone = [], withoutColumns = false }: RefRun,
): Pick<RefDiffDeps, 'objects' | 'parts'> {
  const bytesOf = (commitId: string, path: string): Buffer => {
    const tree = commitId.startsWith('base') ? trees.base : trees.head;
    const bytes = tree.get(path)?.bytes;
    if (bytes !== undefined && !gone.includes(path)) return bytes;
    throw new SluiceError({ code: 'object-missing', message: `no data for ${path}` });
  };
  let names = 0;
  return {
    objects: {
      fetch: async ({ commitId, objects, runDirectory }) =>
        objects.map(({ path }) => {
          const bytes = bytesOf(commitId, path);
          traffic.objects.push(path);
          names += 1;
          const localPath = join(runDirectory, `o-${names}`);
          writeFileSync(localPath, bytes);
          return { path, localPath, sizeBytes: bytes.length, sha256: 'not asked for' };
        }),
    },
    parts: {
      footer: async ({ commitId, object, localPath }) => {
        const bytes = bytesOf(commitId, object.path);
        if (bytes.toString('latin1', bytes.length - 4) !== 'PAR1') {
          throw new SluiceError({ code: 'object-not-parquet', message: object.path });
        }
        traffic.parts.push(object.path);
        const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
        await writeFile(localPath, Buffer.concat([Buffer.alloc(start), bytes.subarray(start)]));
      },
      add: async ({ commitId, object, localPath, parts }) => {
        if (withoutColumns) return;
        const bytes = bytesOf(commitId, object.path);
        const file = await open(localPath, 'r+');
        for (const { start, end } of parts) await file.write(bytes, start, end - start, start);
        await file.close();
      },
    },
  };
}
