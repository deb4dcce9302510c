import { rm } from 'node:fs/promises';
import {
  assertParsable,
  expressionProbes,
  type GuardedSql,
  judgeExpression,
  judgeQuery,
} from '../../core/plan/guard-sql.ts';
import { SluiceError } from '../../core/problem.ts';
import type { AuthoredQuery, EngineRequest, EngineSession, Row } from '../../gate/ports.ts';
import type { Asked, EngineProcess, Outcome } from './engine-process.ts';
import { engineDied, isFatal, isInterrupt, queryFailed, type Stop, stopped } from './failure.ts';
import { createInexactColumns } from './inexact-columns.ts';
import type { EngineAnswers, EngineCommand } from './protocol.ts';

/** A running process, locked onto the files of the request. */
export interface SessionParts {
  readonly process: EngineProcess;
  readonly request: EngineRequest;
  /** Removed with everything in it when the session closes. */
  readonly tempDirectory: string;
  /** Within it; the process may read them. */
  readonly rawPaths: readonly string[];
  readonly aggregates: ReadonlySet<string>;
  readonly statementTimeoutMs: number;
  /** From the first interrupt to SIGKILL. */
  readonly graceMs: number;
  /** Told when the session closes: its process was killed, and may take a moment to give its memory back. */
  readonly onEnding: (gone: Promise<void>) => void;
}

/** Our own statements return counts and examples, per object at most; more than this is a mistake of ours. */
const MAX_OWN_ROWS = 250_000;

/** The gate's session over one engine process. Statements run one after the other, in the order they were asked. */
export function createSession(parts: SessionParts): EngineSession {
  const files = [...parts.request.inputFiles, ...parts.request.stagedFiles];
  let last: Promise<unknown> = Promise.resolve();

  const ask = <C extends EngineCommand>(command: C, signal: AbortSignal): Promise<EngineAnswers[C['kind']]> => {
    const turn = last.then(() => askInTime(parts, files, command, signal));
    last = turn.catch(() => {});
    return turn;
  };

  const guardQuery = async (
    { sql, relations }: Pick<AuthoredQuery, 'sql' | 'relations'>,
    signal: AbortSignal,
  ): Promise<GuardedSql> => {
    assertParsable(sql);
    const [tree = ''] = await ask({ kind: 'parse', statements: [sql] }, signal);
    return judgeQuery(tree, relations);
  };

  const query: EngineSession['query'] = async ({ sql, parameters }, signal) => {
    const command = { kind: 'run', sql, parameters, maxRows: MAX_OWN_ROWS, selectOnly: false } as const;
    const { rows, truncated } = await ask(command, signal);
    if (truncated) throw tooManyRows();
    return rows;
  };

  return {
    query,
    inexactColumns: createInexactColumns(parts.rawPaths, query),
    authoredQuery: async (request, signal): Promise<readonly Row[]> => {
      await guardQuery(request, signal);
      const { sql, maxRows } = request;
      const { rows } = await ask({ kind: 'run', sql, parameters: [], maxRows, selectOnly: true }, signal);
      return rows;
    },
    guardQuery,
    guardExpression: async (expression, signal) => {
      assertParsable(expression);
      const [alone = '', wrapped = ''] = await ask({ kind: 'parse', statements: expressionProbes(expression) }, signal);
      return judgeExpression([alone, wrapped], parts.aggregates);
    },
    close: async () => {
      // Nobody who waits for an answer waits for the kernel to take back the memory of a process that answered.
      parts.onEnding(parts.process.kill());
      await rm(parts.tempDirectory, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    },
  };
}

/**
 * One command under its deadline and the caller's signal: interrupt first, SIGKILL when that does not help. A single
 * long scalar call in DuckDB cannot be interrupted.
 */
async function askInTime<C extends EngineCommand>(
  parts: SessionParts,
  files: readonly string[],
  command: C,
  signal: AbortSignal,
): Promise<EngineAnswers[C['kind']]> {
  if (signal.aborted) throw stopped({ kind: 'aborted', reason: signal.reason });
  const asked = parts.process.ask(command);
  const guard = stopInTime(parts, asked, signal);
  const outcome = await asked.outcome;
  guard.release();
  if (outcome.kind === 'value') return outcome.value;
  if (outcome.kind === 'failed' && isFatal(outcome.message)) await parts.process.kill();
  throw failure(outcome, guard.stop(), files);
}

function failure(outcome: Exclude<Outcome<never>, { kind: 'value' }>, stop: Stop | null, files: readonly string[]) {
  if (stop !== null && (outcome.kind === 'gone' || isInterrupt(outcome.message))) return stopped(stop);
  return outcome.kind === 'gone' ? engineDied(outcome.exit) : queryFailed(outcome.message, files);
}

/** Watches the clock and the caller while a command runs. */
function stopInTime(
  { process, statementTimeoutMs, graceMs }: SessionParts,
  asked: Asked<unknown>,
  signal: AbortSignal,
): { readonly stop: () => Stop | null; readonly release: () => void } {
  let stop: Stop | null = null;
  let killer: NodeJS.Timeout | undefined;
  const end = (why: Stop) => {
    if (stop !== null) return;
    stop = why;
    asked.interrupt();
    killer = setTimeout(() => void process.kill(), graceMs);
  };
  const onAbort = () => end({ kind: 'aborted', reason: signal.reason });
  const clock = setTimeout(() => end({ kind: 'deadline', ms: statementTimeoutMs }), statementTimeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    stop: () => stop,
    release: () => {
      clearTimeout(clock);
      clearTimeout(killer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

function tooManyRows(): SluiceError {
  return new SluiceError({
    code: 'engine-query',
    message: `A statement of Sluice's own returned more than ${MAX_OWN_ROWS} rows.`,
    hint: 'This is a defect in Sluice; please report it.',
  });
}
