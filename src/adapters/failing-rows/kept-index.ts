import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailingRowsReader, KeptRows, NoFailingRows } from '../../gate/failing-rows-ports.ts';

/** What was kept of one decision. Written last, so that whoever finds it finds the files too. */
export interface KeptIndex {
  readonly version: 1;
  /** Milliseconds since 1970. */
  readonly keptAt: number;
  readonly checks: readonly (KeptRows | NoFailingRows)[];
}

export const INDEX_FILE = 'index.json';

/** The folder of a decision; null for what no decision is called. No other text of others becomes part of a path. */
export function folderOf(root: string, decisionId: string): string | null {
  return /^[0-9a-z]{1,40}$/.test(decisionId) ? join(root, decisionId) : null;
}

export function fileName(number: number): string {
  return `${number}.parquet`;
}

/** Null when nothing is kept, or what is there is not ours. */
export async function readIndex(folder: string): Promise<KeptIndex | null> {
  try {
    const index = JSON.parse(await readFile(join(folder, INDEX_FILE), 'utf8')) as Partial<KeptIndex> | null;
    return index?.version === 1 && Array.isArray(index.checks) && typeof index.keptAt === 'number'
      ? (index as KeptIndex)
      : null;
  } catch {
    return null;
  }
}

/** Reads what a keeper keeps below `root`, in this process or another one. */
export function createFailingRowsReader(root: string): FailingRowsReader {
  const indexOf = async (decisionId: string): Promise<KeptIndex | null> => {
    const folder = folderOf(root, decisionId);
    return folder === null ? null : readIndex(folder);
  };
  return {
    list: async (decisionId) => (await indexOf(decisionId))?.checks ?? [],
    read: async (decisionId, number) => {
      const folder = folderOf(root, decisionId);
      const checks = (await indexOf(decisionId))?.checks ?? [];
      if (folder === null || !checks.some((check) => check.kind === 'rows' && check.number === number)) return null;
      // It may have been removed to make room since.
      return readFile(join(folder, fileName(number))).catch(() => null);
    },
  };
}
