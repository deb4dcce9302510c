import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createLocalFiles } from '../../src/adapters/local/local-files.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../../src/adapters/workspace/run-directories.ts';
import type { DiffReport } from '../../src/core/diff/diff-report.ts';
import type { TableDiff } from '../../src/core/diff/table-diff.ts';
import { diffLocal, type LocalDiffRequest } from '../../src/gate/diff-local.ts';
import { whenFileEnds } from './lifetimes.ts';

// As long as the worker: an engine takes a while to start.
const scratch = mkdtempSync(join(tmpdir(), 'sluice-diff-test-'));
const engine = createDuckDbEngine({ threads: 2, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
let connection: DuckDBConnection | undefined;
let runs = 0;

/** A SELECT is written as Parquet, everything else as it is. */
export type DiffFile = { readonly select: string } | string | Uint8Array;
export type DiffFiles = Readonly<Record<string, DiffFile>>;

export interface DiffRun extends Partial<Omit<LocalDiffRequest, 'base' | 'data' | 'documents'>> {
  /** Files below the base folder, by path. */
  readonly base: DiffFiles;
  readonly data: DiffFiles;
  readonly contract?: string;
}

/** Compares two folders exactly as `sluice diff` does, in a real engine. */
export async function runDiff({ base, data, contract, ...options }: DiffRun): Promise<DiffReport> {
  runs += 1;
  const root = join(scratch, `run-${runs}`);
  whenFileEnds(() => rmSync(root, { recursive: true, force: true }));
  await writeFolder(join(root, 'base'), base);
  await writeFolder(join(root, 'data'), data);
  const text = contract ?? '';
  const digest = createHash('sha256').update(text).digest('hex');
  return diffLocal(
    {
      documents: contract === undefined ? [] : [{ file: 'contract.odcs.yaml', text, digest }],
      base: join(root, 'base'),
      data: join(root, 'data'),
      shown: { base: 'base', data: 'data' },
      key: contract === undefined ? ['id'] : null,
      show: [],
      limit: 5,
      tolerance: {},
      limits: { exactRows: 1_000_000, profileBytes: 100_000_000 },
      variables: {},
      ...options,
    },
    {
      engine,
      text: createTextFiles({ maxPlainBytes: 100_000_000 }),
      files: createLocalFiles(),
      workspace: createWorkspace(scratch, 'run-'),
      version: '0.0.0',
      elapsed: () => performance.now(),
    },
    AbortSignal.timeout(60_000),
  );
}

/** The diff of the only table. */
export async function diffOf(run: DiffRun): Promise<TableDiff> {
  const report = await runDiff(run);
  const [table] = report.tables;
  if (table === undefined || table.diff === null) throw new Error(JSON.stringify([table?.problem, report.problems]));
  return table.diff;
}

async function writeFolder(root: string, files: DiffFiles): Promise<void> {
  mkdirSync(root, { recursive: true });
  for (const [name, file] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof file === 'string' || file instanceof Uint8Array) writeFileSync(path, file);
    else {
      connection ??= await (await DuckDBInstance.create(':memory:')).connect();
      await connection.run(`COPY (${file.select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
    }
  }
}
