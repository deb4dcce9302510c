/** The objects of a table as they lie on the local disk. */
import type { ContractTable, DataFormat } from '../core/contract/contract.ts';

/** An object on local disk that belongs to a table. */
export interface InputObject {
  readonly path: string;
  readonly localPath: string;
  readonly sizeBytes: number;
  readonly partition: Readonly<Record<string, string | null>>;
}

/** The format of an object: the contract's word, else its name. */
export function formatOf(table: ContractTable, path: string): DataFormat | null {
  if (table.format !== undefined) return table.format;
  const name = path.replace(/\.(gz|gzip|zst|zstd)$/i, '');
  if (/\.(parquet|parq|pq)$/i.test(name)) return 'parquet';
  if (/\.(csv|tsv|txt)$/i.test(name)) return 'csv';
  return /\.(jsonl|ndjson|json)$/i.test(name) ? 'json' : null;
}

/** The size of all of them. */
export function bytesOf(objects: readonly { readonly sizeBytes: number }[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
