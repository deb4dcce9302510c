import type { Contract, ContractTable, TableLocation } from './contract.ts';
import { compileGlob, fixedPrefix } from './glob.ts';

/** A table that governs an object, and the contract it comes from. */
export interface GovernedTable {
  readonly contract: Contract;
  readonly table: ContractTable;
}

/** Finds the tables of an object path; compiled once for a set of contracts. */
export type TableFinder = (path: string) => readonly GovernedTable[];

/**
 * Prepares the lookup of tables by object path for one repository and branch. An object may belong to several tables:
 * two contracts may govern the same data. Objects that are no data (see {@link isDataObject}) belong to none.
 */
export function tableFinder(contracts: readonly Contract[], repository: string, branch: string): TableFinder {
  const rules = governing(contracts, repository, branch).map(({ governed, location }) => ({
    governed,
    prefix: fixedPrefix(location.glob),
    matches: compileGlob(location.glob),
  }));
  return (path) => {
    const found = rules
      .filter((rule) => rule.matches(path) && isDataObject(path, rule.prefix))
      .map((rule) => rule.governed);
    return found.filter((one, index) => found.findIndex(({ table }) => table === one.table) === index);
  };
}

/** The tables of one object path; see {@link tableFinder} for many. */
export function tablesOf(
  path: string,
  contracts: readonly Contract[],
  repository: string,
  branch: string,
): readonly GovernedTable[] {
  return tableFinder(contracts, repository, branch)(path);
}

/**
 * The prefixes under which the tables' objects are listed, in order, none inside another. The empty prefix means the
 * whole repository.
 */
export function governedPrefixes(
  contracts: readonly Contract[],
  repository: string,
  branch: string,
): readonly string[] {
  const prefixes = governing(contracts, repository, branch).map(({ location }) => fixedPrefix(location.glob));
  return [...new Set(prefixes)]
    .filter((prefix, _index, all) => !all.some((other) => other !== prefix && prefix.startsWith(other)))
    .sort();
}

interface Governing {
  readonly governed: GovernedTable;
  readonly location: TableLocation;
}

function governing(contracts: readonly Contract[], repository: string, branch: string): readonly Governing[] {
  return contracts.flatMap((contract) =>
    contract.tables.flatMap((table) =>
      table.locations
        .filter((location) => location.repository === undefined || location.repository === repository)
        .filter((location) => location.branch === undefined || compileGlob(location.branch)(branch))
        .map((location) => ({ governed: { contract, table }, location })),
    ),
  );
}

/**
 * False for what writers leave beside the data: objects whose own name, or a folder of theirs, starts with `_` or `.`
 * (`_SUCCESS`, `.part-0.crc`, `_temporary/...`), as Spark and Hive have it, and for the folder markers of object
 * stores (`orders/`). A hive partition (`_year=2024/`) is data, and `..` hides nothing.
 * @param prefix what a contract spells out itself, and therefore means
 */
export function isDataObject(path: string, prefix = ''): boolean {
  const spelled = prefix.split('/').length - (prefix === '' || prefix.endsWith('/') ? 1 : 0);
  const segments = path.split('/').slice(spelled);
  return (
    !path.endsWith('/') && !segments.some((segment) => /^[_.]/.test(segment) && !/^(_[^=]*=|\.\.?$)/.test(segment))
  );
}

/**
 * True for a key with `.` or `..` between its slashes that is in a governed table, or would be if it were a path of a
 * file system: lakeFS keeps such keys, and whoever copies them to a disk, or asks for them by URL, meets other ones.
 */
export function isTwoPlaces(path: string, find: TableFinder): boolean {
  if (!path.split('/').some(isDots)) return false;
  return find(path).length > 0 || find(plainPath(path)).length > 0;
}

/** What a file system makes of a path. */
export function plainPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}

/** A folder of a table format whose data objects alone do not say which rows are live. */
export interface TableFormatFolder {
  readonly format: 'Delta Lake' | 'Apache Iceberg' | 'Apache Hudi';
  /** The folder, `tables/orders/_delta_log/`. */
  readonly folder: string;
  readonly tables: readonly GovernedTable[];
}

/**
 * Folders of Delta Lake, Iceberg and Hudi below governed tables. Reading such a table's files as if all of them were
 * live would judge rows that were deleted long ago, so whoever gets an answer here reports `table-format-unsupported`.
 */
export function unsupportedTableFormats(
  paths: readonly string[],
  contracts: readonly Contract[],
  repository: string,
  branch: string,
): readonly TableFormatFolder[] {
  const find = tableFinder(contracts, repository, branch);
  const folders = new Map<string, TableFormatFolder['format']>();
  for (const path of paths) {
    const found = tableFormatFolder(path);
    if (found !== null) folders.set(found.folder, found.format);
  }
  return [...folders].flatMap(([folder, format]) => {
    const home = folder.replace(/[^/]+\/$/, '');
    const tables = FILE_NAMES.flatMap((name) => find(home + name));
    const distinct = tables.filter((one, index) => tables.findIndex(({ table }) => table === one.table) === index);
    return distinct.length === 0 ? [] : [{ format, folder, tables: distinct }];
  });
}

/** Names that data files have; one of them lies in every glob that people write for a table's folder. */
const FILE_NAMES = ['part-0.parquet', 'data/part-0.parquet', 'part-0.csv', 'part-0.json', 'part-0.jsonl', 'part-0'];

/** The folder of a table format that the path tells, or null. */
export function tableFormatFolder(path: string): Pick<TableFormatFolder, 'folder' | 'format'> | null {
  const delta = /^((?:.*\/)?_delta_log\/)[^/]+\.(?:json|parquet|crc)$/s.exec(path);
  if (delta !== null) return { format: 'Delta Lake', folder: delta[1] ?? '' };
  const iceberg = /^((?:.*\/)?metadata\/)(?:v\d+|\d+-[^/]+)\.metadata\.json$/s.exec(path);
  if (iceberg !== null) return { format: 'Apache Iceberg', folder: iceberg[1] ?? '' };
  const hudi = /^((?:.*\/)?\.hoodie\/)hoodie\.properties$/s.exec(path);
  return hudi === null ? null : { format: 'Apache Hudi', folder: hudi[1] ?? '' };
}
