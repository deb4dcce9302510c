/** Hive's name for a partition whose value is NULL. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * Values of the `name=value` folders in an object's path, percent-decoded as Hive and Spark write them.
 *
 * @param path the object's key; its last segment is the file and never a partition
 */
export function partitionValues(path: string): Readonly<Record<string, string | null>> {
  const pairs = path
    .split('/')
    .slice(0, -1)
    .flatMap((segment) => {
      const split = segment.indexOf('=');
      if (split <= 0) return [];
      const text = decoded(segment.slice(split + 1));
      return [[decoded(segment.slice(0, split)), text === NULL_PARTITION ? null : text] as const];
    });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
