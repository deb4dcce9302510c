/** Hive's name for a partition whose value is NULL. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * Values of the `name=value` folders in an object's path, percent-decoded as Hive and Spark write them.
 *
 * @param path the object's key; its last segment is the file and never a partition
 */
export function partitionValues(path: string): Readonly<Record<string, string | null>> {
  return Object.fromEntries(folders(path));
}

/**
 * Names of partition folders that a path has more than once with different values, `DT=1/dt=2` included: most readers
 * do not tell upper from lower case, and which of the folders counts each decides for itself.
 */
export function contradictingFolders(path: string): readonly string[] {
  const pairs = folders(path);
  const isContradicted = ([name, value]: Folder): boolean =>
    pairs.some(([other, text]) => other.toLowerCase() === name.toLowerCase() && text !== value);
  return [...new Set(pairs.filter(isContradicted).map(([name]) => name))];
}

type Folder = readonly [name: string, value: string | null];

function folders(path: string): readonly Folder[] {
  return path
    .split('/')
    .slice(0, -1)
    .flatMap((segment): readonly Folder[] => {
      const split = segment.indexOf('=');
      if (split <= 0) return [];
      const text = decoded(segment.slice(split + 1));
      return [[decoded(segment.slice(0, split)), text === NULL_PARTITION ? null : text]];
    });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
