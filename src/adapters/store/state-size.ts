import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of one folder that are asked for at the same time. */
const AT_ONCE = 64;

/** Size in bytes of every file and folder of a directory, largest first. What vanishes meanwhile counts nothing. */
export async function sizesIn(
  directory: string,
): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  const names = await readdir(directory).catch(() => []);
  const sizes = [];
  for (const name of names) sizes.push({ name, bytes: await sizeOf(join(directory, name)) });
  return sizes.sort((left, right) => right.bytes - left.bytes);
}

async function sizeOf(path: string): Promise<number> {
  const found = await statOf(path);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path).catch(() => []);
  let bytes = 0;
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const some = names.slice(from, from + AT_ONCE).map((name) => sizeOf(join(path, name)));
    bytes += (await Promise.all(some)).reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}

async function statOf(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}
