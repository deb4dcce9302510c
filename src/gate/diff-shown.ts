/** What of a table's diff is only looked at: rows of each kind of change, and what the values look like. */
import type { DiffParts, RowCounts } from '../core/diff/build-diff.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import type { ObjectSplit } from '../core/diff/split-objects.ts';
import { SluiceError } from '../core/problem.ts';
import { takeProfile, takeSamples } from './diff-extras.ts';
import type { DiffObject } from './diff-objects.ts';
import type { DiffRelations } from './diff-relations.ts';
import type { DiffLimits, DiffTableInput } from './diff-request.ts';
import { type Ask, askIn } from './diff-rows.ts';
import { bytesOf } from './input-objects.ts';
import type { EngineSession } from './ports.ts';

/** Rows of each kind of change. */
const MAX_SAMPLES = 200;

/** The table whose changes are shown. */
interface ShownTable {
  readonly input: Pick<DiffTableInput, 'show'>;
  readonly split: ObjectSplit<DiffObject>;
  readonly limits: Pick<DiffLimits, 'profileBytes' | 'shownMs'>;
}

type Shown = Pick<DiffParts, 'samples' | 'profile' | 'profileOf' | 'profileColumns' | 'notes'>;

/** Rows to look at, and the shape of the values. Nothing depends on them: where they are not to be had, a note says so. */
export async function shownOf(
  work: ShownTable,
  relations: DiffRelations,
  keyed: KeyedRequest,
  counts: RowCounts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<Shown> {
  const { shownMs } = work.limits;
  const within = shownMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(shownMs))]);
  const ask = askIn(session, within);
  const { columns, limit } = work.input.show;
  const mayShow = (column: string): boolean => columns === 'all' || columns.includes(column);
  try {
    const profile = await profileOf(work, relations, mayShow, ask);
    const samples = await takeSamples({ keyed, limit: Math.min(limit, MAX_SAMPLES), mayShow }, counts, ask);
    return { samples, ...profile, notes: [] };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    const why = within.aborted ? 'there was no more time for it' : cause.problem.message;
    const notes = [`rows and values cannot be shown: ${why}`];
    return { samples: [], profile: [], profileOf: 'changed-objects', profileColumns: 0, notes };
  }
}

/** The whole table while that is cheap, else the rows of changed objects, else nothing. */
async function profileOf(
  { split, limits }: ShownTable,
  { whole, base, merge, shared }: DiffRelations,
  mayShow: (column: string) => boolean,
  ask: Ask,
): Promise<Pick<DiffParts, 'profile' | 'profileOf' | 'profileColumns'>> {
  const changed = bytesOf(split.base) + bytesOf(split.merge);
  const isHere = !split.shared.some(({ isPartial }) => isPartial === true);
  const isCheap = isHere && changed + bytesOf(split.shared) <= limits.profileBytes;
  const of = isCheap ? 'table' : 'changed-objects';
  const nothing = { profile: [], profileOf: of, profileColumns: 0 } as const;
  if (changed === 0 || changed > limits.profileBytes) return nothing;
  const { profile, columns } = await takeProfile(
    { base: { relation: whole.base, side: 'base' }, merge: { relation: whole.merge, side: 'merge' } },
    {
      base: { relation: base, side: 'base' },
      merge: { relation: merge, side: 'merge' },
      shared: isCheap ? { relation: shared, side: 'merge' } : null,
    },
    mayShow,
    ask,
  );
  return { profile, profileOf: of, profileColumns: columns };
}
