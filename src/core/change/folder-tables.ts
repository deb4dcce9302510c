/** Tables of a lake that no contract names: what lies in one folder belongs together, as engines that read folders have it. */
import type { ObjectEntry } from './object.ts';

export interface FolderTable {
  /** The folder without its partition folders, or the file where it stands alone: `tables/orders`. */
  readonly name: string;
  /** What it covers: `tables/orders/`, `raw/*.csv`, `lakes.parquet`. */
  readonly location: string;
  readonly before: readonly ObjectEntry[];
  readonly after: readonly ObjectEntry[];
}

type Kind = 'parquet' | 'csv' | 'tsv' | 'json';

/** True for names that data files have; `.txt` is more often a note than a table. */
export function isTabular(path: string): boolean {
  return kindOf(path) !== null;
}

/**
 * The tables of two listings, by name.
 *
 * - `name=value` folders right above the file are partitions of the folder above them.
 * - Where one version holds files of several formats in one folder, each format is a table of its own.
 * - A file at the top level, and the only file of its folder, are tables; so are the files of a folder that all have
 *   words for names (`orders.csv`, `customers.csv`) and not numbers (`part-0001.csv`).
 */
export function folderTables(before: readonly ObjectEntry[], after: readonly ObjectEntry[]): readonly FolderTable[] {
  const folders = new Map<string, Sides>();
  for (const side of ['before', 'after'] as const) {
    for (const entry of side === 'before' ? before : after) {
      if (!isTabular(entry.path)) continue;
      const folder = tableFolder(entry.path);
      const sides = folders.get(folder) ?? { before: [], after: [] };
      folders.set(folder, sides);
      sides[side].push(entry);
    }
  }
  return [...folders]
    .flatMap(([folder, sides]) => tablesOfFolder(folder, sides))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

interface Sides {
  readonly before: ObjectEntry[];
  readonly after: ObjectEntry[];
}

function tablesOfFolder(folder: string, sides: Sides): readonly FolderTable[] {
  const kinds = [...new Set([...sides.before, ...sides.after].map(({ path }) => kindOf(path)))];
  const isMixed = [sides.before, sides.after].some((side) => new Set(side.map(({ path }) => kindOf(path))).size > 1);
  if (!isMixed) return tablesOfKind(folder, sides, `${folder}/`);
  return kinds.flatMap((kind) => {
    const own = (side: readonly ObjectEntry[]) => side.filter(({ path }) => kindOf(path) === kind);
    const location = folder === '' ? `*.${kind}` : `${folder}/*.${kind}`;
    return tablesOfKind(folder, { before: own(sides.before), after: own(sides.after) }, location);
  });
}

function tablesOfKind(
  folder: string,
  { before, after }: Pick<FolderTable, 'before' | 'after'>,
  location: string,
): readonly FolderTable[] {
  const paths = [...new Set([...before, ...after].map(({ path }) => path))];
  const isFlat = paths.every((path) => folderOf(path) === folder);
  const standAlone = isFlat && (paths.length === 1 || folder === '' || hasNamedFiles(before) || hasNamedFiles(after));
  if (!standAlone) {
    const name = location.endsWith('/') ? folder : location;
    return [{ name: name === '' ? '/' : name, location, before, after }];
  }
  return paths.map((path) => {
    const own = (side: readonly ObjectEntry[]) => side.filter((entry) => entry.path === path);
    return { name: path, location: path, before: own(before), after: own(after) };
  });
}

/** Two files or more, each with a word of its own for a name. */
function hasNamedFiles(side: readonly ObjectEntry[]): boolean {
  return (
    side.length > 1 &&
    side.every(({ path }) => /^(?!(part|data|file|chunk|batch|split)s?([_-]|$))[a-z][a-z_-]{2,}$/i.test(stemOf(path)))
  );
}

function stemOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\..*$/, '');
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function tableFolder(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const last = folders.findLastIndex((folder) => folder.indexOf('=') <= 0);
  return folders.slice(0, last + 1).join('/');
}

function kindOf(path: string): Kind | null {
  const [, ending] =
    /\.(parquet|parq|pq|csv|tsv|jsonl|ndjson|json)$/i.exec(path.replace(/\.(gz|gzip|zst|zstd)$/i, '')) ?? [];
  switch (ending?.toLowerCase()) {
    case undefined:
      return null;
    case 'csv':
      return 'csv';
    case 'tsv':
      return 'tsv';
    case 'parquet':
    case 'parq':
    case 'pq':
      return 'parquet';
    default:
      return 'json';
  }
}
