import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RawColumn, restCounts } from '../../core/plan/raw-rests.ts';
import { integer } from '../../core/plan/states.ts';
import { SluiceError } from '../../core/problem.ts';
import type { CompiledQuery } from '../../core/sql.ts';
import type { EngineSession, InexactValues, Row } from '../../gate/ports.ts';
import { type RawFile, writeRawFile } from './raw-files.ts';

/** Files that are looked through together; one raw copy of their columns is there at a time. */
const TOGETHER = 16;

/** Where a session may put raw copies; the engine is locked onto these paths. */
export function rawPathsIn(directory: string): readonly string[] {
  return Array.from({ length: TOGETHER }, (_, index) => join(directory, `raw-${index}.parquet`));
}

type Found = Map<string, readonly InexactValues[]>;

/** One call after the other, as they share the copies' paths. */
export function createInexactColumns(
  rawPaths: readonly string[],
  query: (query: CompiledQuery, signal: AbortSignal) => Promise<readonly Row[]>,
): EngineSession['inexactColumns'] {
  let last: Promise<unknown> = Promise.resolve();
  const lookThrough = async (localPaths: readonly string[], signal: AbortSignal): Promise<Found> => {
    const found: Found = new Map();
    for (let at = 0; at < localPaths.length; at += TOGETHER) {
      try {
        await lookAt(localPaths.slice(at, at + TOGETHER), rawPaths, { found, query }, signal);
      } finally {
        await Promise.all(rawPaths.map((path) => rm(path, { force: true })));
      }
    }
    return found;
  };
  return (localPaths, signal) => {
    const turn = last.then(() => lookThrough(localPaths, signal));
    last = turn.catch(() => {});
    return turn;
  };
}

interface Written extends RawFile {
  readonly localPath: string;
  readonly rawPath: string;
}

interface Look {
  readonly found: Found;
  readonly query: (query: CompiledQuery, signal: AbortSignal) => Promise<readonly Row[]>;
}

async function lookAt(
  localPaths: readonly string[],
  rawPaths: readonly string[],
  { found, query }: Look,
  signal: AbortSignal,
): Promise<void> {
  const written: Written[] = [];
  for (const [index, localPath] of localPaths.entries()) {
    signal.throwIfAborted();
    written.push(await write(localPath, rawPaths[index] ?? ''));
  }
  const rests = new Map<string, ReadonlyMap<string, bigint>>();
  for (const group of alike(written.filter(({ raw }) => raw.length > 0))) {
    const columns = group[0]?.raw ?? [];
    const rows = await query(
      restCounts(
        group.map(({ rawPath }) => rawPath),
        columns,
      ),
      signal,
    );
    for (const [index, { localPath }] of group.entries()) {
      const row = rows.find((one) => integer(one['position']) === BigInt(index));
      rests.set(localPath, countsIn(row, columns));
    }
  }
  for (const { localPath, columns } of written) {
    const counts = rests.get(localPath);
    const inexact = columns.flatMap(({ name, raw, holds }): readonly InexactValues[] => {
      const rows = raw === null ? null : (counts?.get(name) ?? null);
      return rows === 0n ? [] : [{ column: name, holds, rows }];
    });
    if (inexact.length > 0) found.set(localPath, inexact);
  }
}

/** A file without any row has no row here. */
function countsIn(row: Row | undefined, columns: readonly RawColumn[]): ReadonlyMap<string, bigint> {
  return new Map(
    columns.flatMap(({ name }, index): readonly (readonly [string, bigint])[] => {
      const rows = row === undefined ? 0n : integer(row[`n${index}`]);
      return rows === null ? [] : [[name, rows]];
    }),
  );
}

/** Files whose raw columns are the same are asked together. */
function alike(written: readonly Written[]): readonly (readonly Written[])[] {
  const groups = new Map<string, Written[]>();
  for (const one of written) {
    const key = JSON.stringify(one.raw.map(({ name, raw }) => [name, raw]));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

async function write(localPath: string, rawPath: string): Promise<Written> {
  try {
    return { ...(await writeRawFile(localPath, rawPath)), localPath, rawPath };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw diskFailed(cause);
    throw new SluiceError(
      {
        code: 'engine-input',
        message: `The columns of a Parquet object cannot be looked through: ${cause.message}.`,
        hint: 'Write the object again.',
      },
      { cause },
    );
  }
}

function diskFailed(cause: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'engine-query',
      message: 'A column could not be copied to the run directory.',
      hint: 'Check the disk of SLUICE_STATE_DIR: space, and rights.',
    },
    { cause },
  );
}
