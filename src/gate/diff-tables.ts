/** Compares two versions of tables in one engine session. */
import { hasChangeRules } from '../core/contract/change-rules.ts';
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import { SluiceError } from '../core/problem.ts';
import { type DiffObject, withPartitionColumns } from './diff-objects.ts';
import type { DiffOutcome, DiffTablesRequest } from './diff-request.ts';
import { diffTable } from './diff-table.ts';
import type { QueryEngine } from './ports.ts';
import { lookThrough, sessionFiles, type TextDeps, textsIn } from './run-texts.ts';

/** Compares every table. Rejects when the engine cannot be opened or the signal is aborted, never for one table. */
export async function diffTables(
  request: DiffTablesRequest,
  deps: TextDeps & { readonly engine: QueryEngine },
  signal: AbortSignal,
): Promise<readonly DiffOutcome[]> {
  const { runDirectory } = request;
  const tables = request.tables.map((input) => {
    const split = splitObjects(input.base, input.merge);
    const objects = everyObject(split);
    // Texts are staged with the columns of their folders, and those of a table without a contract as they are found.
    const table = input.fromData ? input.table : withPartitionColumns(input.table, objects);
    return { input, split, table, objects, isExact: hasChangeRules(input.table.changeRules) };
  });
  const read = await lookThrough(tables, textsIn(runDirectory, deps), signal);
  const session = await deps.engine.open({ ...sessionFiles(read), runDirectory }, signal);
  try {
    const outcomes: DiffOutcome[] = [];
    for (const table of read) {
      request.onProgress?.(`comparing ${table.input.table.name}`);
      outcomes.push(await outcomeOf(() => diffTable({ ...table, limits: request.limits }, session, signal), signal));
    }
    return outcomes;
  } finally {
    await session.close();
  }
}

function everyObject(split: ObjectSplit<DiffObject>): readonly DiffObject[] {
  return [...split.shared, ...split.base, ...split.merge];
}

async function outcomeOf(work: () => Promise<DiffOutcome>, signal: AbortSignal): Promise<DiffOutcome> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return { problem: cause.problem };
  }
}
