/**
 * Keeps the rows that fail for whoever may have them, when everything is judged. It has an engine, time and files of its
 * own, and whatever goes wrong with it is a remark: no verdict may depend on it.
 */
import { join } from 'node:path';
import type { CheckSpec } from '../core/check/check.ts';
import { kindOf } from '../core/check/registry.ts';
import { listed } from '../core/check/words.ts';
import { compileContext } from '../core/plan/context.ts';
import { pointsAtRows, type RowDemand } from '../core/plan/failing-rows.ts';
import { copyFailingRows, type KeptColumn, keptColumns } from '../core/plan/kept-rows.ts';
import type { Relation } from '../core/plan/relation.ts';
import { integer } from '../core/plan/states.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import type { CheckReport, TableReport } from '../core/report/report.ts';
import { parentFinder, type TableOutput } from './check-tables.ts';
import type { FailingRowsFile, FailingRowsKeeper, NoFailingRows, NoRowsReason } from './failing-rows-ports.ts';
import type { EngineSession, QueryEngine } from './ports.ts';

export interface FailingRowsRequest {
  readonly decisionId: string;
  readonly keeper: FailingRowsKeeper;
  readonly judged: readonly { readonly report: TableReport; readonly output: TableOutput }[];
  /** Every table of the run: parents of relationships are read too. */
  readonly outputs: readonly TableOutput[];
  /** Where the objects are, and the text objects that were staged. */
  readonly runDirectory: string;
  /** Longest time, in milliseconds. */
  readonly withinMs: number;
}

/** Checks of one decision whose rows are kept, and those of which it is told why not. */
const MOST_FILES = 50;
const MOST_CHECKS = 500;

/** Keeps what may be shown of the failing rows, rejections first. Never rejects; what it could not do are warnings. */
export async function keepFailingRows(
  request: FailingRowsRequest,
  { engine }: { readonly engine: QueryEngine },
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const failures = request.judged.flatMap(failuresOf);
  const rejecting = failures.filter(({ check }) => check.outcome === 'fail');
  const sorted = [...rejecting, ...failures.filter(({ check }) => check.outcome !== 'fail')].slice(0, MOST_CHECKS);
  if (sorted.length === 0) return [];
  const plans = planned(sorted, request);
  const { withinMs, keeper, decisionId } = request;
  const within = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.floor(withinMs)))]);
  const { checks, why } = await written(plans, request, engine, within);
  const missing = checks.flatMap((one) => (one.kind === 'none' && one.why === 'not-written' ? [one.check] : []));
  const problems = missing.length === 0 ? [] : [remark(missing, why)];
  try {
    signal.throwIfAborted();
    await keeper.keep({ decisionId, isRejection: rejecting.length > 0, checks });
    return problems;
  } catch (cause) {
    return [
      remark(
        checks.map(({ check }) => check),
        sentence(cause),
      ),
    ];
  }
}

interface Failure {
  readonly spec: CheckSpec;
  readonly check: CheckReport;
  readonly output: TableOutput;
}

function failuresOf({ report, output }: FailingRowsRequest['judged'][number]): readonly Failure[] {
  return report.checks.flatMap((check) => {
    const spec = output.input.checks.find((one) => one.id === check.id);
    return spec === undefined || (check.outcome !== 'fail' && check.outcome !== 'warn')
      ? []
      : [{ spec, check, output }];
  });
}

type Plan =
  | { readonly kind: 'none'; readonly told: NoFailingRows }
  | {
      readonly kind: 'copy';
      readonly failure: Failure;
      readonly demand: RowDemand;
      readonly relation: Relation;
      readonly columns: readonly KeptColumn[];
      readonly failing: number;
      readonly path: string;
    };

type CopyPlan = Extract<Plan, { kind: 'copy' }>;

function planned(failures: readonly Failure[], { outputs, runDirectory }: FailingRowsRequest): readonly Plan[] {
  const plans: Plan[] = [];
  let files = 0;
  for (const failure of failures) {
    const plan = planOf(failure, outputs, join(runDirectory, `failing-rows-${files}.parquet`));
    const isTooMany = plan.kind === 'copy' && files === MOST_FILES;
    plans.push(isTooMany ? without(failure, 'too-many') : plan);
    if (plan.kind === 'copy' && !isTooMany) files += 1;
  }
  return plans;
}

function planOf(failure: Failure, outputs: readonly TableOutput[], path: string): Plan {
  const { spec, output } = failure;
  const { relation } = output;
  // What was counted was compiled and, where an author wrote it, judged by the engine's guard before.
  const state = output.states.get(spec.id);
  if (relation === null || state?.form !== 'counted' || state.failing === 0n) return without(failure, 'no-rows');
  const failing = Number(state.failing);
  const demand = kindOf(spec).compile(spec, compileContext(relation, parentFinder(output, outputs)));
  if (!pointsAtRows(demand)) return without(failure, 'no-rows');
  const columns = keptColumns(spec, relation);
  if (columns.length === 0) return without(failure, 'no-columns');
  return { kind: 'copy', failure, demand, relation, columns, failing, path };
}

function without({ spec }: Failure, why: NoRowsReason): Plan {
  return { kind: 'none', told: notThere(spec, why) };
}

function notThere({ table, id }: CheckSpec, why: NoRowsReason): NoFailingRows {
  return { kind: 'none', table, check: id, why };
}

interface Written {
  readonly checks: readonly (FailingRowsFile | NoFailingRows)[];
  /** Why the last one that could not be written was not. */
  readonly why: string;
}

/** Runs the copies in a session of their own, which is opened only if there is one. */
async function written(
  plans: readonly Plan[],
  { outputs, runDirectory, keeper }: FailingRowsRequest,
  engine: QueryEngine,
  signal: AbortSignal,
): Promise<Written> {
  const copies = plans.filter((plan) => plan.kind === 'copy');
  const found = new Map<Plan, FailingRowsFile>();
  let why = 'there was no more time for it';
  if (copies.length > 0 && !signal.aborted) {
    const stagedFiles = copies.map(({ path }) => path);
    try {
      const session = await engine.open({ inputFiles: filesOf(outputs), stagedFiles, runDirectory }, signal);
      try {
        for (const plan of copies) {
          const file = await copied(plan, keeper.maxRows, session, signal).catch((cause: unknown) => {
            why = signal.aborted ? why : sentence(cause);
          });
          if (file !== undefined) found.set(plan, file);
        }
      } finally {
        await session.close();
      }
    } catch (cause) {
      why = signal.aborted ? why : sentence(cause);
    }
  }
  const checks = plans.map((plan) =>
    plan.kind === 'none' ? plan.told : (found.get(plan) ?? notThere(plan.failure.spec, 'not-written')),
  );
  return { checks, why };
}

function filesOf(outputs: readonly TableOutput[]): readonly string[] {
  const objects = outputs.flatMap(({ relation }) => relation?.groups.flat() ?? []);
  return [...new Set(objects.map(({ localPath }) => localPath))];
}

async function copied(
  { failure, columns, failing, path, demand, relation }: CopyPlan,
  maxRows: number,
  session: EngineSession,
  signal: AbortSignal,
): Promise<FailingRowsFile> {
  const { spec } = failure;
  const [row] = await session.query(copyFailingRows({ spec, demand, relation, columns, maxRows, path }), signal);
  const rows = integer(row?.['Count']);
  if (rows === null || Number(rows) !== Math.min(failing, maxRows)) {
    throw new SluiceError({
      code: 'failing-rows-missing',
      message: 'the rows that were found are not as many as the check counted',
    });
  }
  const { table, id: check } = spec;
  return {
    kind: 'rows',
    table,
    check,
    columns: columns.map(({ name }) => name),
    rows: Number(rows),
    failing,
    localPath: path,
  };
}

function sentence(cause: unknown): string {
  return cause instanceof SluiceError ? cause.problem.message : 'it broke off';
}

function remark(checks: readonly string[], why: string): Problem {
  return {
    code: 'failing-rows-missing',
    level: 'warning',
    message: `the failing rows of ${listed(checks)} are not kept for download: ${why}`,
    hint: 'the verdict does not depend on it',
  };
}
