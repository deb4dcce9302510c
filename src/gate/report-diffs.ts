/**
 * The diff of each table beside its verdict, for people. It comes when everything is judged, has time and rows of its own,
 * and whatever goes wrong with it is a remark: no verdict may depend on it.
 */
import { type Problem, SluiceError } from '../core/problem.ts';
import type { TableReport } from '../core/report/report.ts';
import type { DiffTableInput } from './diff-request.ts';
import { diffTables } from './diff-tables.ts';
import type { QueryEngine, Workspace } from './ports.ts';
import type { TextDeps } from './run-texts.ts';

/** What a report may spend: less than `sluice diff`, for which somebody waits. */
const LIMITS = { exactRows: 5_000_000, profileBytes: 64_000_000 };

export interface ReportDiffs {
  readonly tables: readonly TableReport[];
  /** Warnings. */
  readonly problems: readonly Problem[];
}

export interface ReportDiffsRequest {
  readonly tables: readonly TableReport[];
  /** What to compare, in the tables' order; null for a table without a key or a base. */
  readonly inputs: (signal: AbortSignal) => Promise<readonly (DiffTableInput | null)[]>;
  /** Longest time, in milliseconds. */
  readonly withinMs: number;
}

export interface ReportDiffsDeps extends TextDeps {
  readonly engine: QueryEngine;
  readonly workspace: Workspace;
}

/** Fills `diff` where it can be told. Never rejects. */
export async function withDiffs(
  { tables, inputs, withinMs }: ReportDiffsRequest,
  deps: ReportDiffsDeps,
  signal: AbortSignal,
): Promise<ReportDiffs> {
  if (withinMs <= 0) return { tables, problems: [remark('any table', 'the checks took all the time there was')] };
  const within = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(withinMs))]);
  try {
    const found = await deps.workspace.use(async (runDirectory) => {
      const asked = await inputs(within);
      const wanted = asked.filter((input) => input !== null);
      if (wanted.length === 0) return [];
      const outcomes = await diffTables({ tables: wanted, runDirectory, limits: LIMITS }, deps, within);
      return asked.map((input) => (input === null ? undefined : outcomes[wanted.indexOf(input)]));
    });
    const problems = tables.flatMap((table, index) => {
      const outcome = found[index];
      return outcome !== undefined && 'problem' in outcome ? [remark(table.name, outcome.problem.message)] : [];
    });
    const filled = tables.map((table, index) => {
      const outcome = found[index];
      return outcome !== undefined && 'diff' in outcome ? { ...table, diff: outcome.diff } : table;
    });
    return { tables: filled, problems };
  } catch (cause) {
    const why = within.aborted
      ? `there was no more than ${Math.ceil(withinMs / 1000)} s for it`
      : cause instanceof SluiceError
        ? cause.problem.message
        : 'it broke off';
    return { tables, problems: [remark('any table', why)] };
  }
}

function remark(table: string, why: string): Problem {
  return {
    code: 'diff-failed',
    level: 'warning',
    message: `what changed in ${table} is not known: ${why}`,
    hint: 'the verdict does not depend on it; `sluice diff` has more time',
  };
}
