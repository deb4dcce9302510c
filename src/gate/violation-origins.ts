/**
 * What of each failure a change brings, and what the base has already. Only failures cost anything. Whatever goes wrong
 * here leaves a failure as it is: no rejection becomes an approval because something could not be told.
 */
import { isAboutChanges } from '../core/check/registry.ts';
import { listed } from '../core/check/words.ts';
import type { Problem } from '../core/problem.ts';
import type { CheckReport, TableReport } from '../core/report/report.ts';
import { type FoundOrigin, withOrigin, withoutOrigin, withUnknownOrigin } from '../core/verdict/block-on.ts';
import type { TableOutput } from './check-tables.ts';
import {
  type FailedCheck,
  type Found,
  hasRowsToShow,
  type OriginsDeps,
  type OriginsSource,
  tellOrigins,
} from './tell-origins.ts';
import type { Told } from './told-origin.ts';

export interface JudgedWithOutput {
  readonly report: TableReport;
  readonly output: TableOutput;
}

export interface OriginsRequest<T extends JudgedWithOutput> extends OriginsSource {
  readonly judged: readonly T[];
  /** False: nobody has let the base onto its branch, so that its faults excuse nothing. */
  readonly isBaseTrusted: boolean;
  /** Where the base is, for people: `on main`. */
  readonly place: string;
}

export interface WithOrigins<T> {
  readonly judged: readonly T[];
  /** Warnings. */
  readonly problems: readonly Problem[];
}

/** Fills `origin`, and applies the contracts' `blockOn`. Never rejects. */
export async function withOrigins<T extends JudgedWithOutput>(
  request: OriginsRequest<T>,
  deps: OriginsDeps,
  signal: AbortSignal,
): Promise<WithOrigins<T>> {
  const all = request.judged.flatMap(failuresOf);
  const failures = request.isCompared ? all : all.filter(hasRowsToShow);
  if (failures.length === 0) return { judged: request.judged, problems: [] };
  const found = await tellOrigins(failures, request, deps, signal);
  const judged = request.judged.map((one) => ({ ...one, report: applied(one, found, request) }));
  if (!request.isCompared) return { judged, problems: [] };
  const { told } = found;
  const excused = request.isBaseTrusted ? [] : failures.filter((failure) => isExcused(failure, told, request.place));
  return { judged, problems: [...unknownOrigins(failures, told), ...excused.slice(0, 1).map(notExcused)] };
}

function failuresOf({ report, output }: JudgedWithOutput): readonly FailedCheck[] {
  return report.checks.flatMap((check) => {
    const spec = output.input.checks.find((one) => one.id === check.id);
    const isFailure = check.outcome === 'fail' || check.outcome === 'warn';
    return spec === undefined || !isFailure || isAboutChanges(spec) ? [] : [{ spec, check, output }];
  });
}

function applied(
  { report, output }: JudgedWithOutput,
  { told, samples }: Found,
  { isBaseTrusted, place }: Pick<OriginsRequest<JudgedWithOutput>, 'isBaseTrusted' | 'place'>,
): TableReport {
  const { contract } = output.input;
  const checks = report.checks.map((check) => {
    const found = told.get(check);
    const rows = samples.get(check);
    const shown = rows === undefined ? check : { ...check, samples: rows };
    const blockOn = isBaseTrusted ? contract.blockOn : 'any';
    if (found?.kind === 'broken-off') return withUnknownOrigin(shown, found.why, blockOn);
    if (found?.kind === 'unknown') return withoutOrigin(shown, found.why, blockOn);
    return found?.kind === 'told' ? withOrigin(shown, found.origin, blockOn, place) : shown;
  });
  return { ...report, checks };
}

function originIn(told: ReadonlyMap<CheckReport, Told>, check: CheckReport): FoundOrigin | null {
  const found = told.get(check);
  return found?.kind === 'told' ? found.origin : null;
}

/** Whether `blockOn` would have made a warning of it. */
function isExcused({ check, output }: FailedCheck, told: ReadonlyMap<CheckReport, Told>, place: string): boolean {
  const origin = originIn(told, check);
  return origin !== null && withOrigin(check, origin, output.input.contract.blockOn, place).outcome !== check.outcome;
}

function notExcused({ output }: FailedCheck): Problem {
  const { file, blockOn } = output.input.contract;
  return {
    code: 'base-excuses-nothing',
    level: 'warning',
    message: `${file} has blockOn: ${blockOn}, and what was there before blocks all the same: nobody approved the commit that this change is based on`,
    hint: 'mend the data that came past the gate, or take its commit back; sluice doctor says which it is',
  };
}

function unknownOrigins(failures: readonly FailedCheck[], told: ReadonlyMap<CheckReport, Told>): readonly Problem[] {
  const reasons = new Map<string, { readonly checks: readonly string[]; readonly help: string }>();
  for (const { check } of failures) {
    const found = told.get(check);
    if (found?.kind !== 'unknown' && found?.kind !== 'broken-off') continue;
    const help = ('help' in found ? found.help : undefined) ?? 'as long as it is not known, none of them is let pass';
    reasons.set(found.why, { checks: [...(reasons.get(found.why)?.checks ?? []), check.id], help });
  }
  return [...reasons].map(([why, { checks, help }]) => ({
    code: 'origin-unknown',
    level: 'warning',
    message: `which failures of ${listed(checks)} are new is not known: ${why}`,
    hint: help,
  }));
}
