import { join } from 'node:path';

/**
 * A program of the sources (`src/main.ts`, or a script of the tests) as JavaScript, for processes of their own: it is
 * built once for all tests, of what is there when they start (see whole-run.ts, which lists the programs).
 */
export function program(source: string): string {
  const folder = process.env['SLUICE_TEST_BUILT'];
  if (folder === undefined) throw new Error('nothing is built: are the tests run by `npx vitest`?');
  return join(folder, source.replace(/\.ts$/, '.js'));
}
