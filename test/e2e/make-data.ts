import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * The rows of a SELECT as DuckDB writes them.
 *
 * @param options of COPY, e.g. `FORMAT parquet` or `FORMAT json, COMPRESSION zstd`
 */
export async function madeBy(select: string, options = 'FORMAT parquet'): Promise<Uint8Array> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-made-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const path = join(directory, 'data');
    await connection.run(`COPY (${select}) TO '${path}' (${options})`);
    return readFileSync(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(directory, { recursive: true, force: true });
  }
}
