/** Parquet files whose footer says what no writer at hand writes. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** What DuckDB writes for a SELECT. */
export async function parquetOf(select: string): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-parquet-'));
  const connection: DuckDBConnection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    const path = join(directory, 'a.parquet');
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    return readFileSync(path);
  } finally {
    connection.closeSync();
    rmSync(directory, { recursive: true });
  }
}

/** The text column of a file that DuckDB wrote, called an ENUM: the field converted_type from 0 to 4. */
export function asEnum(file: Buffer, column: string): Buffer {
  return patched(file, column, [0x25, 0x00], [0x25, 0x08]);
}

/** The timestamp column of a file that DuckDB wrote, in microseconds by its converted_type alone: no reader knows field 11. */
export function withoutLogicalType(file: Buffer, column: string): Buffer {
  return patched(file, column, [0x25, 0x14, 0x4c], [0x25, 0x14, 0x5c]);
}

/** In the compact protocol of Thrift a column's name is followed by its converted_type. */
function patched(file: Buffer, column: string, old: readonly number[], own: readonly number[]): Buffer {
  const name = Buffer.from(column);
  const start = Buffer.concat([Buffer.from([0x18, name.length]), name]);
  const at = file.lastIndexOf(Buffer.concat([start, Buffer.from(old)]));
  if (at < 0) throw new Error(`${column} is not described as expected`);
  const copy = Buffer.from(file);
  Buffer.from(own).copy(copy, at + start.length);
  return copy;
}
