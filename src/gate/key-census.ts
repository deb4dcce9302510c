import { countOf } from '../core/diff/build-diff.ts';
import { distinctIntegers, hasIntegerKey, keyCensus, keySizes, movedKeys } from '../core/diff/census-plan.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import type { SideRows } from '../core/diff/side-rows.ts';
import { integer } from '../core/plan/states.ts';
import type { Ask } from './diff-rows.ts';
import type { Row } from './ports.ts';

/** How the keys of all rows read occur. */
export interface KeyCensus {
  /** Keys that occur more than once on a side. */
  readonly repeated: number;
  /** Keys once on either side, in another object than before; null: not counted, as comparing the rows tells it. */
  readonly moved: number | null;
  /** Rows without a key. */
  readonly keyless: number;
}

/** The quick way where it can be gone and finds no key twice, else the way that always can. */
export async function takeCensus(request: KeyedRequest, ask: Ask): Promise<KeyCensus> {
  const quick = hasIntegerKey(request.shape) ? await withoutRepeats(request, ask) : null;
  if (quick !== null) return quick;
  const [row] = await ask(keyCensus(request));
  return { repeated: countOf(row, 'repeated'), moved: countOf(row, 'moved'), keyless: countOf(row, 'keyless') };
}

async function withoutRepeats(request: KeyedRequest, ask: Ask): Promise<KeyCensus | null> {
  const sizes = await ask(keySizes(request));
  let [keyless, rows] = [0, 0];
  for (const side of [request.base, request.merge]) {
    const size = sizes.find((row) => row['side'] === side.side);
    const own = await keylessOf({ request, rows: side, size }, ask);
    if (own === null) return null;
    keyless += own.keyless;
    rows += own.rows;
  }
  // Rows that moved are kept by the comparison, which is quicker than a join of their own, and takes room for each.
  if (rows <= request.mostMoved) return { repeated: 0, moved: null, keyless };
  const [row] = await ask(movedKeys(request));
  return { repeated: 0, moved: countOf(row, 'moved'), keyless };
}

/** The side's rows, and those without a key; null where a key occurs twice, or a bitmap cannot tell. */
async function keylessOf(
  { request, rows, size }: { readonly request: KeyedRequest; readonly rows: SideRows; readonly size: Row | undefined },
  ask: Ask,
): Promise<{ readonly rows: number; readonly keyless: number } | null> {
  const [all, filled] = [countOf(size, 'n'), countOf(size, 'filled')];
  const [low, high] = [integer(size?.['low']), integer(size?.['high'])];
  if (filled === 0) return { rows: all, keyless: all };
  if (low === null || high === null) return null;
  const query = distinctIntegers(request, rows, { filled: BigInt(filled), low, high });
  if (query === null) return null;
  const [distinct] = await ask(query);
  return countOf(distinct, 'different') === filled ? { rows: all, keyless: all - filled } : null;
}
