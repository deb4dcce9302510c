/** Merges judged by the gate's own judge in a real engine, over a lake of two commits. Counts what is asked of its ports. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, copyFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../../src/adapters/workspace/run-directories.ts';
import type { DiffEntry, ObjectEntry } from '../../src/core/change/object.ts';
import { SluiceError } from '../../src/core/problem.ts';
import type { Report } from '../../src/core/report/report.ts';
import type { Commit, Lake, ObjectReader, QueryEngine, TextFiles } from '../../src/gate/ports.ts';
import { createMergeJudge } from '../../src/gate/run-gate.ts';
import { MERGE_EVENT } from './merge-event.ts';
import { type TestFile, writeTestFile } from './run-local.ts';

export type Tree = Readonly<Record<string, TestFile>>;

export interface MergeRun {
  readonly contracts: Readonly<Record<string, string>>;
  readonly base: Tree;
  readonly merge: Tree;
  /** Paths whose bytes lie where those of another path of the base lie: renamed or copied, not written anew. */
  readonly linked?: Readonly<Partial<Record<'base' | 'merge', Readonly<Record<string, string>>>>>;
  /** Ports between the judge and the real ones. */
  readonly between?: (ports: Ports) => Partial<Ports>;
  readonly maxBytes?: number;
}

export interface Ports {
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly objects: ObjectReader;
}

export interface Traffic {
  /** `commit path` of each object that was fetched. */
  readonly fetched: string[];
  /** Paths of text objects that were looked through. */
  readonly scanned: string[];
  /** Paths of the files that text was staged as. */
  readonly staged: string[];
  /** What each session could read and write. */
  readonly sessions: { readonly inputFiles: readonly string[]; readonly stagedFiles: readonly string[] }[];
}

export interface JudgedMerge {
  readonly report: Report;
  readonly traffic: Traffic;
  readonly milliseconds: number;
}

export interface MergeLake {
  judge(run: MergeRun): Promise<JudgedMerge>;
  close(): Promise<void>;
}

export function createMergeLake(): MergeLake {
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-merge-lake-'));
  const engine = createDuckDbEngine({ threads: 2, memoryLimit: 1_000_000_000, maxTempBytes: 4_000_000_000, spares: 2 });
  let runs = 0;
  return {
    judge: async (run) => {
      runs += 1;
      const folder = join(scratch, `merge-${runs}`);
      mkdirSync(folder);
      return judge(run, folder, engine);
    },
    close: async () => {
      await engine.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function judge(run: MergeRun, folder: string, engine: QueryEngine): Promise<JudgedMerge> {
  const trees = { base: await stored(run.base, folder, 'base'), merge: await stored(run.merge, folder, 'merge') };
  for (const side of ['base', 'merge'] as const) {
    for (const [path, from] of Object.entries(run.linked?.[side] ?? {})) {
      const bytes = trees.base.get(from);
      if (bytes !== undefined) trees[side].set(path, { ...bytes, entry: { ...bytes.entry, path } });
    }
  }
  const traffic: Traffic = { fetched: [], scanned: [], staged: [], sessions: [] };
  const text = createTextFiles({ maxPlainBytes: 1_000_000_000 });
  const real = { engine, text, objects: storedObjects(trees) };
  const ports = counted({ ...real, ...run.between?.(real) }, traffic);
  const documents = Object.entries(run.contracts).map(([file, contract]) => ({
    file,
    text: contract,
    digest: createHash('sha256').update(contract).digest('hex'),
  }));
  const judge = createMergeJudge(
    {
      ...ports,
      lake: lakeOf(trees),
      reader: { listAt: untouched, uncommitted: untouched, readAt: untouched },
      contracts: { load: async () => documents },
      workspace: createWorkspace(join(folder, 'runs')),
      version: 'test',
      elapsed: busyClock(),
    },
    {
      uncovered: 'warn',
      limits: { objects: 1_000, bytes: run.maxBytes ?? 1_000_000_000 },
      variables: {},
      rules: { prefixes: ['_lakefs_actions/'], contractPrefix: null, changers: [] },
    },
  );
  const signal = AbortSignal.timeout(300_000);
  const started = performance.now();
  const { report } = await judge.judge(await judge.prepare(MERGE_EVENT, signal), 'decision', signal);
  return { report, traffic, milliseconds: performance.now() - started };
}

/** What is only shown may take as long as the checks took: on a slow machine, longer than these take here. */
function busyClock(): () => number {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1 ? 0 : 100_000;
  };
}

interface Stored {
  readonly entry: ObjectEntry;
  readonly localPath: string;
}

type Trees = Readonly<Record<'base' | 'merge', Map<string, Stored>>>;

/** An object of the same content lies in the same place in both commits, as an object that nobody touched does. */
async function stored(tree: Tree, folder: string, side: string): Promise<Map<string, Stored>> {
  const objects = new Map<string, Stored>();
  for (const [index, [path, file]] of Object.entries(tree).entries()) {
    const localPath = join(folder, `${side}-${index}`);
    await writeTestFile(localPath, file);
    const content = typeof file === 'object' && 'select' in file ? JSON.stringify(file) : file;
    const checksum = createHash('md5').update(`${path}\n`).update(content).digest('hex');
    const { size: sizeBytes } = await stat(localPath);
    objects.set(path, { localPath, entry: { path, physicalAddress: `local://lake/${checksum}`, checksum, sizeBytes } });
  }
  return objects;
}

function storedObjects(trees: Trees): ObjectReader {
  let names = 0;
  return {
    fetch: async ({ commitId, objects, runDirectory }, signal) => {
      signal.throwIfAborted();
      const found = [];
      for (const { path, sizeBytes } of objects) {
        names += 1;
        const from = trees[commitId === 'head' ? 'base' : 'merge'].get(path);
        if (from === undefined) throw new SluiceError({ code: 'object-missing', message: `no data for ${path}` });
        const localPath = join(runDirectory, `object-${names}.bin`);
        await copyFile(from.localPath, localPath);
        await chmod(localPath, 0o444);
        found.push({ path, localPath, sizeBytes, sha256: '' });
      }
      return found;
    },
  };
}

/** The outermost ports, so that what stands between is not counted. */
function counted({ engine, text, objects }: Ports, traffic: Traffic): Ports {
  return {
    engine: {
      ...engine,
      open: async (request, signal) => {
        traffic.sessions.push(request);
        const session = await engine.open(request, signal);
        return {
          ...session,
          query: (query, within) => {
            const [path] = query.parameters.filter((one) => request.stagedFiles.includes(String(one)));
            if (query.sql.startsWith('COPY') && path !== undefined) traffic.staged.push(String(path));
            return session.query(query, within);
          },
        };
      },
    },
    text: {
      ...text,
      makePlain: (request, signal) => {
        traffic.scanned.push(request.path);
        return text.makePlain(request, signal);
      },
    },
    objects: {
      fetch: (request, signal) => {
        traffic.fetched.push(...request.objects.map(({ path }) => `${request.commitId} ${path}`));
        return objects.fetch(request, signal);
      },
    },
  };
}

function lakeOf(trees: Trees): Lake {
  const commit = (id: string, parents: readonly string[]): Commit => ({
    id,
    parents,
    metaRangeId: `tree of ${id}`,
    creationDate: 1_780_000_000,
    committer: 'ada',
    metadata: {},
  });
  const tree = (id: string) => trees[id === 'head' ? 'base' : 'merge'];
  const entryAt = (id: string, path: string) => tree(id).get(path)?.entry;
  return {
    commit: async (_repository, id) => commit(id, id === 'merge' ? ['head', 'source'] : []),
    branchHead: untouched,
    list: async (_repository, id, prefix) =>
      [...tree(id).values()]
        .map(({ entry }) => entry)
        .filter(({ path }) => path.startsWith(prefix))
        .sort((one, other) => (one.path < other.path ? -1 : 1)),
    diff: async () =>
      [...new Set([...trees.base.keys(), ...trees.merge.keys()])].flatMap((path): readonly DiffEntry[] => {
        const [before, after] = [entryAt('head', path), entryAt('merge', path)];
        if (before?.checksum === after?.checksum) return [];
        const type = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
        return [{ type, path, sizeBytes: null }];
      }),
    storageNamespace: async () => 'local://lake',
  };
}

function untouched(): never {
  throw new Error('not asked for');
}
