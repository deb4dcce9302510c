import { contractColumns } from '../core/check/columns.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import {
  jsonCensus,
  jsonColumns,
  MAX_JSON_KEYS,
  type StagedColumn,
  stagedCensus,
  type TextObject,
} from '../core/plan/stage-text.ts';
import { integer } from '../core/plan/states.ts';
import type { EngineSession } from './ports.ts';

/**
 * The contract's columns that occur in a JSON lines object, be it as null. Most are told from its keys, and fields of
 * objects from what was staged; the lines themselves are asked about the rest alone.
 *
 * @param keys of the top level, as `jsonKeys` told them
 */
export async function presentColumns(
  table: ContractTable,
  object: TextObject,
  keys: readonly string[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<readonly StagedColumn[]> {
  const known = new Set(keys);
  const isEveryKeyKnown = keys.length < MAX_JSON_KEYS;
  const present = new Set<number>();
  const unsure: number[] = [];
  for (const [position, { path }] of contractColumns(table).entries()) {
    const isKnown = known.has(path[0] ?? '');
    if (isKnown && path.length === 1) present.add(position);
    else if (isKnown || !isEveryKeyKnown) unsure.push(position);
  }
  for (const census of [stagedCensus, censusOf(table)]) {
    const missing = unsure.filter((position) => !present.has(position));
    if (missing.length === 0) break;
    const [row] = await session.query(census(object, missing), signal);
    for (const position of missing) if ((integer(row?.[`p${position}`]) ?? 0n) > 0n) present.add(position);
  }
  return jsonColumns(table).filter(({ position }) => present.has(position));
}

function censusOf(table: ContractTable): typeof stagedCensus {
  return (object, positions) => jsonCensus(table, object, positions);
}
