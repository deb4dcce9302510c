import { join } from 'node:path';
import { openKeptFiles } from '../adapters/failing-rows/keep-files.ts';
import { createFailingRowsReader } from '../adapters/failing-rows/kept-index.ts';
import type { Config } from '../config.ts';
import type { FailingRowsKeeper, FailingRowsReader } from '../gate/failing-rows-ports.ts';

/** Where failing rows are kept below a state directory. */
export function failingRowsPath(stateDir: string): string {
  return join(stateDir, 'failing-rows');
}

export interface FailingRowsParts {
  /** No keeper where the settings say that none are kept. */
  readonly gate: { readonly keeper?: FailingRowsKeeper };
  /** Old ones stay readable for as long as they would have been. */
  readonly reader: FailingRowsReader;
}

/** Opens them for the only server of this state directory. */
export async function openFailingRows(
  { stateDir, failingRows }: Config,
  closers: (() => unknown)[],
): Promise<FailingRowsParts> {
  const root = failingRowsPath(stateDir);
  const kept = await openKeptFiles(root, failingRows, Date.now);
  closers.push(() => kept.close());
  return { gate: failingRows.maxRows === 0 ? {} : { keeper: kept }, reader: createFailingRowsReader(root) };
}
