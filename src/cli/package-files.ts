import { readFile } from 'node:fs/promises';

/** A file of the installed package; this module lies two folders below its root, in `src` as in `dist`. */
export async function packageFile(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** `0.1.0` */
export async function packageVersion(): Promise<string> {
  const manifest = JSON.parse(await packageFile('package.json')) as { readonly version: string };
  return manifest.version;
}
