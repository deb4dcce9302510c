import type { Contract, ContractTable } from '../core/contract/contract.ts';
import { SluiceError } from '../core/problem.ts';
import { formatOf } from './input-objects.ts';
import type { LocalFile } from './ports.ts';

export interface TableFiles {
  readonly contract: Contract;
  readonly table: ContractTable;
  readonly files: readonly LocalFile[];
}

/**
 * Finds each table's files: the one file that was named, or below a folder the file or folder called like the table's
 * name or physicalName. The folder may also be the only table itself: when it is called like it, or holds nothing but
 * partition folders and `part-` files.
 *
 * @throws SluiceError `data-ambiguous` when one named file stands before several tables and its name tells none
 */
export function assignFiles(
  contracts: readonly Contract[],
  files: readonly LocalFile[],
  root: string,
): readonly TableFiles[] {
  const tables = contracts.flatMap((contract) => contract.tables.map((table) => ({ contract, table })));
  const [only] = files;
  if (only !== undefined && only.path === '') return oneFile(tables, only, root);
  const data = files.filter((file) => isData(file.path));
  const assigned = tables.map((entry) => ({ ...entry, files: filesOf(entry.table, data) }));
  const [single] = assigned;
  if (assigned.length === 1 && single?.files.length === 0 && isTableFolder(single.table, root, data)) {
    return [{ ...single, files: data.filter((file) => formatOf(single.table, file.path) !== null) }];
  }
  return assigned;
}

function isTableFolder(table: ContractTable, root: string, files: readonly LocalFile[]): boolean {
  const own =
    root
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  return namesOf(table).includes(own) || files.every((file) => /^(part[-_.]|[^/=]+=[^/]*\/)/.test(file.path));
}

type TableEntry = Omit<TableFiles, 'files'>;

function oneFile(tables: readonly TableEntry[], file: LocalFile, root: string): readonly TableFiles[] {
  const base = root.split(/[/\\]/).at(-1) ?? root;
  const named = tables.filter(({ table }) => namesOf(table).includes(base) || namesOf(table).includes(stem(base)));
  const [entry] = named.length > 0 ? named : tables;
  if (entry === undefined) return [];
  if (named.length === 0 && tables.length > 1) {
    throw new SluiceError({
      code: 'data-ambiguous',
      message: `${base} is named like no table of the contract, which has ${tables.length}`,
      hint: `name the file like one of ${tables.map(({ table }) => table.name).join(', ')}, or give a folder`,
    });
  }
  return [{ ...entry, files: [file] }];
}

function filesOf(table: ContractTable, files: readonly LocalFile[]): readonly LocalFile[] {
  const names = namesOf(table);
  const inFolder = files.filter((file) => names.some((name) => file.path.startsWith(`${name}/`)));
  const asFile = files.filter((file) => names.some((name) => file.path === name || stem(file.path) === name));
  return [...asFile, ...inFolder.filter((file) => !asFile.includes(file))];
}

/** The table's names, and the path that a `physicalName` may be. */
function namesOf(table: ContractTable): readonly string[] {
  const physical = (table.physicalName ?? '').replace(/\/?\*.*$/, '').replace(/\/+$/, '');
  const last = physical.split('/').at(-1) ?? '';
  return [table.name, physical, last].filter((name, index, all) => name !== '' && all.indexOf(name) === index);
}

function stem(path: string): string {
  return path.replace(/\.(gz|gzip|zst|zstd)$/i, '').replace(/\.(parquet|parq|pq|csv|tsv|txt|jsonl|ndjson|json)$/i, '');
}

/** As Spark and Hive have it: names that begin with `_` or `.` are no data. */
export function isData(path: string): boolean {
  return path
    .split('/')
    .every((segment) => !segment.startsWith('.') && (!segment.startsWith('_') || segment.includes('=')));
}
