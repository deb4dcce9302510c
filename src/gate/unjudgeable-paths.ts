/** Objects whose keys alone tell that the tables they are in cannot be judged. */
import type { Contract } from '../core/contract/contract.ts';
import { isTwoPlaces, plainPath, type TableFinder, unsupportedTableFormats } from '../core/contract/match-tables.ts';
import type { HookEvent } from '../core/event/hook-event.ts';
import type { Problem } from '../core/problem.ts';
import type { Changes } from './read-changes.ts';

/** Errors, and none where every key is the path of plain data. */
export function unjudgeablePaths(
  event: Pick<HookEvent, 'repository' | 'branch'>,
  contracts: readonly Contract[],
  changes: Changes,
  find: TableFinder,
): readonly Problem[] {
  return [...formatProblems(event, contracts, changes), ...pathProblems(changes, find)];
}

/** Tables whose live rows only a table format's log can tell are not judged at all, rather than wrongly. */
function formatProblems(
  { repository, branch = '' }: Pick<HookEvent, 'repository' | 'branch'>,
  contracts: readonly Contract[],
  changes: Changes,
): readonly Problem[] {
  const paths = changes.after.map((entry) => entry.path);
  return unsupportedTableFormats(paths, contracts, repository, branch).map(({ format, folder }) => ({
    code: 'table-format-unsupported',
    message: `${folder} belongs to a table of ${format}, whose files do not tell which rows are live`,
    hint: 'Sluice reads plain Parquet, CSV and JSON lines; take this folder out of the contract',
  }));
}

/** Which of two places such an object is in is its reader's secret. */
function pathProblems(changes: Changes, find: TableFinder): readonly Problem[] {
  const paths = [...changes.after.map(({ path }) => path), ...changes.brought];
  const found = [...new Set(paths)].filter((path) => isTwoPlaces(path, find)).sort();
  return found.slice(0, MOST_PATHS).map((path) => ({
    code: 'path-ambiguous',
    message: `${path} is one key to lakeFS, and ${plainPath(path)} to whoever takes it for the path of a file`,
    hint: 'write the object under a key without "." and ".." between its slashes',
  }));
}

const MOST_PATHS = 10;
