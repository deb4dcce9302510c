/** Which tables two commits have in common or not: those that contracts name, then whatever folders tell. */
import { type FolderTable, folderTables, isTabular } from '../core/change/folder-tables.ts';
import type { ObjectEntry } from '../core/change/object.ts';
import type { Contract, ContractTable } from '../core/contract/contract.ts';
import {
  isDataObject,
  type TableFinder,
  type TableFormatFolder,
  tableFinder,
  tableFormatFolder,
} from '../core/contract/match-tables.ts';
import { nearestWord, suggestion } from '../core/contract/nearest-word.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { Changes } from './read-changes.ts';
import { tableWithoutContract } from './table-without-contract.ts';

/** Both versions of a table, as listed. */
export interface RefTable {
  readonly table: ContractTable;
  /** No contract names it. */
  readonly fromData: boolean;
  readonly location: string;
  readonly before: readonly ObjectEntry[];
  readonly after: readonly ObjectEntry[];
  /** Why it cannot be compared; null when it can. */
  readonly problem: Problem | null;
}

export interface FindTablesRequest {
  readonly repository: string;
  readonly contracts: readonly Contract[];
  readonly changes: Pick<Changes, 'objects' | 'before' | 'after'>;
  /** Names or path prefixes; empty: every table that changed. */
  readonly selected: readonly string[];
}

export interface FoundTables {
  readonly tables: readonly RefTable[];
  /** Changed objects that are in no table. */
  readonly others: readonly string[];
}

/**
 * The tables to compare: those that changed, or those selected, changed or not.
 *
 * @throws SluiceError `diff-table-unknown` when something selected is neither a table nor a path of either version
 */
export function findRefTables(request: FindTablesRequest): FoundTables {
  const { changes, selected } = request;
  const find = finderOnAnyBranch(request);
  const formats = formatFolders([...changes.before, ...changes.after]);
  const governed = governedTables(request, find);
  const isFree = ({ path }: ObjectEntry): boolean =>
    isDataObject(path) && find(path).length === 0 && !formats.some(({ folder }) => path.startsWith(folder));
  const free = { before: changes.before.filter(isFree), after: changes.after.filter(isFree) };
  const all = [...governed, ...folderTables(free.before, free.after).map(withoutContract)];
  const changed = new Set(changes.objects.map(({ path }) => path));
  const hasChanged = (table: Found): boolean => paths(table).some((path) => changed.has(path));
  const chosen =
    selected.length === 0
      ? all.filter(hasChanged)
      : eachOnce(selected.flatMap((word) => chosenBy(word, { all, free, hasChanged })));
  const tables = chosen.map((table) => ({ ...table, problem: formatProblem(table, formats) }));
  const others = [...changed].filter((path) => isDataObject(path) && find(path).length === 0 && !isTabular(path));
  return { tables, others: selected.length === 0 ? others.sort() : [] };
}

/** The versions of a table need not lie on the branch that the contract was written for. */
function finderOnAnyBranch({ contracts, repository }: FindTablesRequest): TableFinder {
  const anywhere = contracts.map((contract) => ({
    ...contract,
    tables: contract.tables.map((table) => ({
      ...table,
      locations: table.locations.map(({ branch: _branch, ...location }) => location),
    })),
  }));
  return tableFinder(anywhere, repository, '');
}

type Found = Omit<RefTable, 'problem'>;

function governedTables({ changes }: FindTablesRequest, find: TableFinder): readonly Found[] {
  const found = new Map<ContractTable, { readonly before: ObjectEntry[]; readonly after: ObjectEntry[] }>();
  for (const side of ['before', 'after'] as const) {
    for (const entry of changes[side]) {
      for (const { table } of find(entry.path)) {
        const sides = found.get(table) ?? { before: [], after: [] };
        found.set(table, sides);
        sides[side].push(entry);
      }
    }
  }
  return [...found].map(([table, sides]) => {
    const location = table.locations.map(({ glob }) => glob).join(', ');
    return { table, fromData: false, location, ...sides };
  });
}

function withoutContract({ name, location, before, after }: FolderTable): Found {
  const table = tableWithoutContract(
    name,
    [...before, ...after].map(({ path }) => path),
  );
  return { table, fromData: true, location, before, after };
}

function paths({ before, after }: Pick<Found, 'before' | 'after'>): readonly string[] {
  return [...before, ...after].map(({ path }) => path);
}

function eachOnce(tables: readonly Found[]): readonly Found[] {
  const nameOf = ({ table, location }: Found): string => JSON.stringify([table.name, location]);
  return [...new Map(tables.map((table) => [nameOf(table), table])).values()];
}

interface Choice {
  readonly all: readonly Found[];
  /** What no contract governs. */
  readonly free: Pick<FindTablesRequest['changes'], 'before' | 'after'>;
  readonly hasChanged: (table: Found) => boolean;
}

/** A name of a table, else a path: a table's folder, one inside it, one above several, or an object. */
function chosenBy(word: string, { all, free, hasChanged }: Choice): readonly Found[] {
  const wanted = word.replace(/^\/+|\/+$/g, '');
  const named = all.filter(({ table }) => [table.name, table.physicalName].includes(wanted));
  if (named.length > 0) return named;
  const isBelow = ({ path }: ObjectEntry): boolean => wanted === '' || path === wanted || path.startsWith(`${wanted}/`);
  const governed = all.filter(({ fromData, before, after }) => !fromData && [...before, ...after].some(isBelow));
  const below = folderTables(free.before.filter(isBelow), free.after.filter(isBelow))
    .map((table) => (wanted.startsWith(`${table.name}/`) ? { ...table, location: `${wanted}/` } : table))
    .map(withoutContract);
  const found = [...governed, ...below];
  if (found.length > 0) return found.length === 1 ? found : found.filter(hasChanged);
  const shortly = all.filter(({ table }) => shortName(table.name) === wanted);
  if (shortly.length > 0) return shortly;
  throw new SluiceError({
    code: 'diff-table-unknown',
    message: `Neither version has a table or a path called ${word}.`,
    hint: hintOf(
      word,
      all.map(({ table }) => table.name),
    ),
  });
}

const NAMED_IN_HINT = 20;

function hintOf(word: string, names: readonly string[]): string {
  if (names.length === 0) return 'There is no table in either version.';
  const nearest = nearestWord(word, names);
  return suggestion(word, nearest === null ? names.slice(0, NAMED_IN_HINT) : [nearest], 'There are');
}

/** `people` of `tables/people.csv`. */
export function shortName(name: string): string {
  return (name.split('/').at(-1) ?? '').replace(/\..*$/, '');
}

/** Folders of table formats, each with the folder of the table that it belongs to. */
function formatFolders(
  entries: readonly ObjectEntry[],
): readonly (Pick<TableFormatFolder, 'format' | 'folder'> & { readonly home: string })[] {
  const folders = new Map<string, TableFormatFolder['format']>();
  for (const { path } of entries) {
    const found = tableFormatFolder(path);
    if (found !== null) folders.set(found.folder, found.format);
  }
  return [...folders].map(([folder, format]) => ({ folder, format, home: folder.replace(/[^/]+\/$/, '') }));
}

function formatProblem(table: Found, formats: ReturnType<typeof formatFolders>): Problem | null {
  const inside = formats.find(({ home }) => paths(table).some((path) => path.startsWith(home)));
  if (inside === undefined) return null;
  return {
    code: 'table-format-unsupported',
    message: `${table.table.name} is a table of ${inside.format} (${inside.folder}): its files alone do not say which rows are live`,
    hint: 'compare it with the tools of its format',
  };
}
