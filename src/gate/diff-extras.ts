/** What a diff shows beside the counts: rows to look at, the shape of the values, guesses about renamed columns. */
import { nullabilityChanges, nullabilityQuery } from '../core/diff/diff-columns.ts';
import type { KeyedRequest } from '../core/diff/keyed-plan.ts';
import {
  figures,
  isCountable,
  MAX_PROFILED,
  type ProfileRequest,
  profiledColumns,
  shapes,
  topValues,
} from '../core/diff/profile-plan.ts';
import {
  binsOf,
  countedExactly,
  readFigures,
  readTopValues,
  withDistinct,
  withHistograms,
} from '../core/diff/read-profile.ts';
import { renameCounts, renameGuesses, renamePairs } from '../core/diff/rename-plan.ts';
import { readSamples, type SampleRequest, sampleRows } from '../core/diff/sample-plan.ts';
import type { SideRows } from '../core/diff/side-rows.ts';
import type { ColumnProfile, RowSample, SchemaChange } from '../core/diff/table-diff.ts';
import type { Ask } from './diff-rows.ts';

/** Columns whose frequent values are looked up, a statement each. */
const MAX_TOP_COLUMNS = 20;

/** Rows of each kind of change that there are; nothing where no column may be shown. */
export async function takeSamples(
  request: SampleRequest,
  counts: Readonly<Record<RowSample['change'], number>>,
  ask: Ask,
): Promise<readonly RowSample[]> {
  const { shape } = request.keyed;
  const shows = [...shape.key, ...shape.values].some((column) => request.mayShow(column.name));
  if (!shows || request.limit === 0 || shape.key.length === 0) return [];
  const samples: RowSample[] = [];
  for (const change of ['updated', 'inserted', 'deleted'] as const) {
    if (counts[change] === 0) continue;
    samples.push(...readSamples(request, change, await ask(sampleRows(request, change))));
  }
  return samples;
}

/** The profile of the columns, and how many columns could have one. */
export async function takeProfile(
  whole: { readonly base: SideRows; readonly merge: SideRows },
  rows: Pick<ProfileRequest, 'base' | 'merge' | 'shared'>,
  mayShow: (column: string) => boolean,
  ask: Ask,
): Promise<{ readonly profile: readonly ColumnProfile[]; readonly columns: number }> {
  const all = profiledColumns(whole, mayShow);
  const columns = all.slice(0, MAX_PROFILED);
  const parts = [rows.base, rows.merge, ...(rows.shared === null ? [] : [rows.shared])];
  if (columns.length === 0 || parts.every((part) => part.relation === null)) return { profile: [], columns: 0 };
  const profile: ColumnProfile[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS_AT_ONCE) {
    profile.push(...(await measured({ ...rows, columns: columns.slice(from, from + COLUMNS_AT_ONCE) }, ask)));
  }
  return { profile: await withTopValues({ ...rows, columns }, profile, ask), columns: all.length };
}

/** The engine's memory for an aggregate is that of its statement's columns; the data is read by column in any case. */
const COLUMNS_AT_ONCE = 25;

async function measured(request: ProfileRequest, ask: Ask): Promise<readonly ColumnProfile[]> {
  const { columns } = request;
  const [row] = await ask(figures(request));
  const found = readFigures(columns, row);
  const bins = binsOf(columns, found);
  const exact = countedExactly(columns, found);
  if (bins.length + exact.length === 0) return found;
  const [shaped] = await ask(shapes(request, bins, exact));
  return withDistinct(withHistograms(columns, found, bins, shaped), exact, shaped);
}

/** Where nearly every value is another one, the most frequent ones say nothing, and to find them takes long. */
function repeats(profile: ColumnProfile | undefined): boolean {
  return [profile?.base ?? null, profile?.merge ?? null].some(
    (side) => side !== null && side.rows > side.nulls && side.distinct <= 0.5 * (side.rows - side.nulls),
  );
}

async function withTopValues(
  request: ProfileRequest,
  profiles: readonly ColumnProfile[],
  ask: Ask,
): Promise<readonly ColumnProfile[]> {
  const wanted = request.columns.flatMap((column, index) =>
    column.mayShow && isCountable(column) && column.type.family !== 'float' && repeats(profiles[index]) ? [index] : [],
  );
  const found = new Map<number, ColumnProfile['topValues']>();
  for (const index of wanted.slice(0, MAX_TOP_COLUMNS)) {
    found.set(index, readTopValues(await ask(topValues(request, index))));
  }
  return profiles.map((profile, index) => ({ ...profile, topValues: found.get(index) ?? [] }));
}

/** Guesses which removed column is which added one, where rows have a key to tell by. */
export async function guessRenames(
  request: KeyedRequest,
  changes: readonly SchemaChange[],
  ask: Ask,
): Promise<readonly SchemaChange[]> {
  const pairs = renamePairs(changes, request);
  if (pairs.length === 0 || request.shape.key.length === 0) return [];
  const [row] = await ask(renameCounts(request, pairs));
  return renameGuesses(pairs, row);
}

/** Columns that forbid NULL on one side only; Parquet alone says so. */
export async function changedNullability(
  request: KeyedRequest,
  base: readonly string[],
  merge: readonly string[],
  ask: Ask,
): Promise<readonly SchemaChange[]> {
  if (base.length === 0 || merge.length === 0) return [];
  const before = await ask(nullabilityQuery(base));
  return nullabilityChanges(request.shape, before, await ask(nullabilityQuery(merge)));
}
