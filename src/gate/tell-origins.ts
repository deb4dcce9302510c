/** Finds out where failures come from: by their rows where there are any, else by the same check on the base. */
import type { CheckSpec } from '../core/check/check.ts';
import type { FailingRow } from '../core/diff/violation-samples.ts';
import { SluiceError } from '../core/problem.ts';
import type { CheckReport } from '../core/report/report.ts';
import { failedState } from './answer-step.ts';
import type { VersionsOf } from './base-versions.ts';
import { isParent, type TableInput, type TableOutput } from './check-tables.ts';
import { countViolations, isToldByRows } from './count-violations.ts';
import { judgeBefore } from './judge-before.ts';
import type { QueryEngine, Workspace } from './ports.ts';
import { type TextDeps, textsIn } from './run-texts.ts';
import { sampleViolations } from './sample-violations.ts';
import { type Told, unknown } from './told-origin.ts';
import { type TableWithBase, type VersionedTables, withVersions } from './versioned-tables.ts';

/** A check that did not hold. */
export interface FailedCheck {
  readonly spec: CheckSpec;
  readonly check: CheckReport;
  readonly output: TableOutput;
}

export interface OriginsSource {
  /** Every table of the run, those that are only read included. */
  readonly inputs: readonly TableInput[];
  readonly versionsOf: VersionsOf;
  /** Reference time of the checks, milliseconds since 1970. */
  readonly now: number;
  /** Longest time, in milliseconds. */
  readonly withinMs: number;
  /** False: there is no version before, and rows to look at are all that is wanted. */
  readonly isCompared: boolean;
}

/** By check, as it was reported. */
export interface Found {
  readonly told: ReadonlyMap<CheckReport, Told>;
  readonly samples: ReadonlyMap<CheckReport, readonly FailingRow[]>;
}

export interface OriginsDeps extends TextDeps {
  readonly engine: QueryEngine;
  readonly workspace: Workspace;
}

/** What was told before the time was over, or something broke, stays told. */
export async function tellOrigins(
  failures: readonly FailedCheck[],
  request: OriginsSource,
  deps: OriginsDeps,
  signal: AbortSignal,
): Promise<Found> {
  const told = new Map<CheckReport, Told>();
  const samples = new Map<CheckReport, readonly FailingRow[]>();
  const { withinMs } = request;
  const within = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.ceil(withinMs)))]);
  let why = OUT_OF_TIME;
  try {
    if (withinMs > 0) {
      await deps.workspace.use((directory) =>
        // Two sessions: what one of them stages, the other reads.
        tell(
          failures,
          { told, samples },
          { ...request, directory },
          { ...deps, texts: textsIn(directory, deps) },
          within,
        ),
      );
    }
  } catch (cause) {
    if (!within.aborted) why = cause instanceof SluiceError ? cause.problem.message : 'it broke off';
  }
  for (const { check } of failures) {
    if ((told.get(check)?.kind ?? 'by-base') === 'by-base') told.set(check, { kind: 'broken-off', why });
  }
  return { told, samples };
}

const OUT_OF_TIME = 'there was no more time for it';

/** Filled as things are found. */
interface Findings {
  readonly told: Map<CheckReport, Told>;
  readonly samples: Map<CheckReport, readonly FailingRow[]>;
}

type Asked = OriginsSource & { readonly directory: string };

async function tell(
  failures: readonly FailedCheck[],
  { told, samples }: Findings,
  { inputs, versionsOf, now, directory, isCompared }: Asked,
  deps: OriginsDeps,
  signal: AbortSignal,
): Promise<void> {
  const wanted = inputs.filter((input) => failures.some((failure) => reads(failure, input)));
  const both = await versionsOf(
    wanted.map(({ table }) => table),
    signal,
  );
  const tables = wanted.flatMap((input): readonly TableWithBase[] => {
    const own = both.get(input.table);
    return own === undefined ? [] : [{ input, versions: own }];
  });
  const isNew = ({ output }: FailedCheck) =>
    tables.find(({ input }) => input === output.input)?.versions.base.length === 0;
  if (isCompared) for (const failure of failures.filter(isNew)) told.set(failure.check, allNew(failure.check));
  const left = isCompared ? failures.filter((failure) => !isNew(failure)) : [];
  const byRows = left.filter(({ spec, check }) => isToldByRows(spec, check.failing));
  const shown = failures.filter(hasRowsToShow).slice(0, MOST_SAMPLED);
  if (byRows.length + shown.length > 0) {
    const ask = async (versioned: VersionedTables) => {
      await countAll(byRows, told, versioned, signal);
      await sampleAll(shown, samples, { ...versioned, isCompared }, signal);
    };
    await withVersions({ tables, runDirectory: directory }, ask, deps, signal);
  }
  const whole = left.filter(({ check }) => (told.get(check)?.kind ?? 'by-base') === 'by-base');
  const answers = await judgeBefore({ failures: whole, tables, now, runDirectory: directory }, deps, signal);
  for (const [index, { check }] of whole.entries()) {
    told.set(check, withRows(told.get(check), answers[index] ?? unknown('no answer')));
  }
}

/** Checks of one report whose rows are shown. */
const MOST_SAMPLED = 50;
/** Verdicts wait while rows are looked up for people. */
const SAMPLES_MS = 10_000;

/** Whether the contract lets rows of a failure be shown, and there are some. */
export function hasRowsToShow({ spec, check, output }: FailedCheck): boolean {
  const { columns, limit } = output.input.table.samples;
  return columns.length > 0 && limit > 0 && (check.failing ?? 0) > 0 && spec.kind !== 'readable';
}

/** Nothing depends on it: a check whose rows cannot be had goes without. */
async function sampleAll(
  failures: readonly FailedCheck[],
  samples: Findings['samples'],
  { session, tables, isCompared }: VersionedTables & { readonly isCompared: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (failures.length === 0) return;
  const within = AbortSignal.any([signal, AbortSignal.timeout(SAMPLES_MS)]);
  for (const { spec, check, output } of failures) {
    const own = tables.find(({ input }) => input === output.input);
    if (own === undefined || within.aborted) continue;
    const rows = await sampleViolations({ spec, isCompared }, own, tables, session, within).catch(() => []);
    if (rows.length > 0) samples.set(check, rows);
  }
}

/** What the base answered, with the rows that were told before it was asked. */
function withRows(asked: Told | undefined, answer: Told): Told {
  if (asked?.kind !== 'by-base' || asked.rows === null || answer.kind !== 'told') return answer;
  return { kind: 'told', origin: { ...answer.origin, rows: asked.rows, worse: false } };
}

/** A table that was not there before had no faults. */
function allNew({ failing, evaluated }: CheckReport): Told {
  const rows = failing === null || evaluated === null ? null : { new: failing, old: 0, fixed: 0 };
  return { kind: 'told', origin: { failedBefore: false, rows, worse: false } };
}

/** Parents of relationships, and every table that a query of the contract may name. */
function reads({ spec, output: { input } }: FailedCheck, other: TableInput): boolean {
  if (input === other) return true;
  if (spec.kind === 'relationship') return isParent(other, spec.parent, input.contract);
  return (spec.kind === 'sql' || spec.kind === 'failedRows') && other.contract.file === input.contract.file;
}

async function countAll(
  failures: readonly FailedCheck[],
  told: Map<CheckReport, Told>,
  { session, tables, unreadable }: VersionedTables,
  signal: AbortSignal,
): Promise<void> {
  for (const { spec, check, output } of failures) {
    const own = tables.find(({ input }) => input === output.input);
    const { failing } = check;
    if (own === undefined) told.set(check, unknown(unreadable.get(output.input) ?? 'the table was not read'));
    else if (failing !== null) {
      try {
        told.set(check, await countViolations({ spec, failing }, own, tables, session, signal));
      } catch (cause) {
        const state = failedState(cause, signal);
        told.set(check, unknown(state.form === 'failed' ? state.why : 'it broke off'));
      }
    }
  }
}
