import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createDuckDbEngine } from '../../src/adapters/engine/engine.ts';
import { createLocalFiles } from '../../src/adapters/local/local-files.ts';
import { createTextFiles } from '../../src/adapters/text/make-plain.ts';
import { createWorkspace } from '../../src/adapters/workspace/run-directories.ts';
import type { CheckReport, Report } from '../../src/core/report/report.ts';
import { checkLocal } from '../../src/gate/check-local.ts';
import { whenFileEnds } from './lifetimes.ts';

// As long as the worker: an engine takes a while to start.
const scratch = mkdtempSync(join(tmpdir(), 'sluice-test-'));
const engine = createDuckDbEngine({ threads: 2, memoryLimit: 512_000_000, maxTempBytes: 1_000_000_000, spares: 1 });
let runs = 0;

/** `rows` are written as Parquet by this SELECT, everything else as the bytes given. */
export type TestFile = { readonly select: string; readonly options?: string } | string | Uint8Array;

export interface LocalRun {
  readonly contract: string;
  /** More contracts, by their file names. */
  readonly others?: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, TestFile>>;
  /** The version before, for checks that compare. */
  readonly base?: Readonly<Record<string, TestFile>>;
  readonly newTables?: readonly string[];
  /** ISO 8601; default 2026-06-01. */
  readonly now?: string;
}

/** Runs a contract over files exactly as `sluice check` does, in a real engine. */
export async function runLocal({
  contract,
  others = {},
  files,
  base,
  newTables = [],
  now = '2026-06-01T00:00:00Z',
}: LocalRun): Promise<Report> {
  runs += 1;
  const own = join(scratch, `run-${runs}`);
  whenFileEnds(() => rmSync(own, { recursive: true, force: true }));
  const data = join(own, 'data');
  const before = base === undefined ? null : join(own, 'base');
  for (const [directory, given] of [
    [data, files],
    [before, base ?? {}],
  ] as const) {
    if (directory === null) continue;
    mkdirSync(directory, { recursive: true });
    for (const [name, file] of Object.entries(given)) await writeTestFile(join(directory, name), file);
  }
  const documents = Object.entries({ 'contract.odcs.yaml': contract, ...others }).map(([file, text]) => ({
    file,
    text,
    digest: createHash('sha256').update(text).digest('hex'),
  }));
  return checkLocal(
    { documents, data, base: before, newTables, now: Date.parse(now), variables: {} },
    {
      engine,
      text: createTextFiles({ maxPlainBytes: 1_000_000_000 }),
      files: createLocalFiles(),
      workspace: createWorkspace(join(scratch, 'runs')),
      version: 'test',
      elapsed: () => performance.now(),
    },
    new AbortController().signal,
  );
}

/** Writes one file: bytes as they are, a SELECT as Parquet. */
export async function writeTestFile(path: string, file: TestFile): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof file === 'string' || file instanceof Uint8Array) {
    writeFileSync(path, file);
    return;
  }
  await (await writer()).run(
    `COPY (${file.select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet${file.options ?? ''})`,
  );
}

let opened: Promise<DuckDBConnection> | null = null;

/** One connection writes all Parquet files. */
function writer(): Promise<DuckDBConnection> {
  opened ??= DuckDBInstance.create(':memory:').then((instance) => instance.connect());
  return opened;
}

/** The check of a kind, on a column when several have it. */
export function checkOf(report: Report, kind: string, column?: string): CheckReport {
  const found = report.tables
    .flatMap((table) => table.checks)
    .find((check) => check.kind === kind && (column === undefined || check.columns.includes(column)));
  if (found === undefined) throw new Error(`no ${kind} check in ${JSON.stringify(report.problems)}`);
  return found;
}
