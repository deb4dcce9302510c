/** Asks the engine what differs between the rows of two sides. */
import { bagDifference } from '../core/diff/bag-plan.ts';
import { codesOf, countOf, type RowCounts } from '../core/diff/build-diff.ts';
import { hasIntegerKey } from '../core/diff/census-plan.ts';
import { jsonColumns, settleClasses, settleJson } from '../core/diff/json-plan.ts';
import { fewRanges, type KeyRange, rangesOfParts } from '../core/diff/key-ranges.ts';
import {
  delta,
  deltaCounts,
  deltaSizes,
  dropElsewhere,
  elsewhere,
  type KeyedRequest,
  noRepeatedKeys,
  noRepeatedRows,
  nowhere,
  repeatedCounts,
  repeatedKeys,
  repeatedRows,
} from '../core/diff/keyed-plan.ts';
import { integer } from '../core/plan/states.ts';
import type { CompiledQuery } from '../core/sql.ts';
import { takeCensus } from './key-census.ts';
import type { EngineSession, Row } from './ports.ts';

export type Ask = (query: CompiledQuery) => Promise<readonly Row[]>;

export function askIn(session: EngineSession, signal: AbortSignal): Ask {
  return (query) => session.query(query, signal);
}

/** By key. Leaves the differing keys in the session's `sluice_delta` for samples. */
export async function compareByKey(request: KeyedRequest, ask: Ask): Promise<RowCounts> {
  const { shape, shared } = request;
  const { repeated, keyless, moved } = await takeCensus(request, ask);
  await ask(repeated === 0 ? noRepeatedKeys(request) : repeatedKeys(request));
  await ask(repeated === 0 ? noRepeatedRows(request) : repeatedRows(request));
  await ask(delta(request, { repeated, moved: moved === null }));
  for (const index of jsonColumns(shape)) await ask(settleJson(request, index));
  if (jsonColumns(shape).length > 0) await ask(settleClasses(request));
  const [sizes] = await ask(deltaSizes());
  const differingAndMoved = countOf(sizes, 'moved');
  const nothing = shared.relation === null || (countOf(sizes, 'differing') === 0 && repeated === 0);
  const ranges = nothing || repeated > 0 ? null : await rangesIn(request, sizes, ask);
  const also = made(await ask(nothing ? nowhere(request) : elsewhere(request, ranges)));
  const [duplicates] = await ask(repeatedCounts(request));
  if (also > 0n) await ask(dropElsewhere(request));
  const [counts] = await ask(deltaCounts(request));
  return {
    inserted: countOf(counts, 'inserted'),
    updated: countOf(counts, 'updated'),
    deleted: countOf(counts, 'deleted'),
    alike: countOf(counts, 'alike'),
    duplicateKeys: {
      keys: countOf(duplicates, 'keys'),
      baseRows: countOf(duplicates, 'base_rows'),
      mergeRows: countOf(duplicates, 'merge_rows'),
    },
    nullKeys:
      keyless === 0 && request.sampling.oneIn === 1
        ? { inserted: 0, deleted: 0 }
        : await compareBags(request, 'no key', ask),
    moved: (moved === null ? countOf(sizes, 'moved_alone') : moved - differingAndMoved) + countOf(counts, 'moved_same'),
    codes: codesOf(counts, shape.values.length),
  };
}

/** Of integers; null: of other keys no ranges are known. */
async function rangesIn(
  { shape }: KeyedRequest,
  sizes: Row | undefined,
  ask: Ask,
): Promise<readonly KeyRange[] | null> {
  const [low, high] = [integer(sizes?.['low']), integer(sizes?.['high'])];
  if (!hasIntegerKey(shape) || low === null || high === null) return null;
  return fewRanges(await ask(rangesOfParts({ low, high })));
}

/** Without a key: as bags of whole rows. */
export async function compareWithoutKey(request: KeyedRequest, ask: Ask): Promise<RowCounts> {
  const { inserted, deleted } = await compareBags(request, 'all', ask);
  return {
    inserted,
    updated: 0,
    deleted,
    alike: 0,
    duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
    nullKeys: { inserted: 0, deleted: 0 },
    moved: null,
    codes: request.shape.values.map(() => new Map()),
  };
}

async function compareBags(
  { shape, base, merge, sampling }: KeyedRequest,
  only: 'no key' | 'all',
  ask: Ask,
): Promise<{ readonly inserted: number; readonly deleted: number }> {
  const [row] = await ask(bagDifference({ shape, base, merge, only, sampling }));
  return { inserted: countOf(row, 'inserted'), deleted: countOf(row, 'deleted') };
}

/** How many rows a CREATE TABLE AS made. */
function made(rows: readonly Row[]): bigint {
  return integer(rows[0]?.['Count']) ?? 0n;
}
