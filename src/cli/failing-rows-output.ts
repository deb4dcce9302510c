import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SluiceError } from '../core/problem.ts';
import { escapeText } from '../core/report/escape-text.ts';
import { NO_ROWS_WORDS, rowsFileName, rowsWords } from '../gate/failing-rows-words.ts';
import type { Context } from './command.ts';
import type { KeptFailingRows } from './services.ts';

/**
 * Writes the files into the directory, which is made, readable by the user alone, and tells on standard error what is in
 * each.
 *
 * @throws SluiceError `output-unwritable`
 */
export async function writeFailingRows(
  { checks, read }: KeptFailingRows,
  directory: string,
  { cwd, stderr }: Pick<Context, 'cwd' | 'stderr'>,
): Promise<void> {
  if (checks.length === 0) stderr.write('No failing rows are kept of this decision.\n');
  for (const check of checks) {
    const name = escapeText(check.check);
    if (check.kind === 'none') {
      stderr.write(`${name}: no rows, because ${NO_ROWS_WORDS[check.why]}\n`);
      continue;
    }
    const bytes = await read(check.number);
    const path = join(directory, rowsFileName(check));
    if (bytes === null) stderr.write(`${name}: no rows, because they were removed meanwhile\n`);
    else {
      await write(resolve(cwd, directory), rowsFileName(check), bytes).catch((cause) => {
        throw unwritable(path, cause);
      });
      stderr.write(`${path}: ${escapeText(rowsWords(check))}\n`);
    }
  }
}

async function write(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, name), bytes, { mode: 0o600 });
}

function unwritable(path: string, cause: unknown): SluiceError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  const hint = 'Give --rows-to another place.';
  return new SluiceError({ code: 'output-unwritable', message: `Cannot write ${path} (${reason}).`, hint }, { cause });
}
