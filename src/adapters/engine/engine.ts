import { mkdtemp, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SluiceError } from '../../core/problem.ts';
import type { EngineRequest, EngineSession, QueryEngine } from '../../gate/ports.ts';
import { type EngineProcess, type Outcome, startProcess } from './engine-process.ts';
import { engineDied, stopped } from './failure.ts';
import { rawPathsIn } from './inexact-columns.ts';
import { findLauncher, type Launcher } from './launch.ts';
import type { EngineLimits, WarmFacts } from './protocol.ts';
import { createSession, type SessionParts } from './session.ts';

export interface DuckDbEngineOptions {
  /** DuckDB threads of one session. */
  readonly threads: number;
  /** DuckDB's memory limit of one session, in bytes. */
  readonly memoryLimit: number;
  /** Spill files of one session, in bytes. */
  readonly maxTempBytes: number;
  /** Longest time for one statement, in milliseconds; default ten minutes. The caller's signal may end it earlier. */
  readonly statementTimeoutMs?: number;
  /** From the interrupt to SIGKILL, in milliseconds; default one second. */
  readonly graceMs?: number;
  /**
   * Processes kept warm, each about 100 MB; they hide the time a process takes to start. One that was taken is replaced
   * when its session ends, so as many as there are sessions at once keep every one of them from waiting.
   */
  readonly spares: number;
  /** Told once what this machine cannot put around an engine process. */
  readonly onNotice?: (notice: string) => void;
  /** A process ended that nobody had ended; another one takes its place. */
  readonly onDied?: () => void;
}

/** The version of the pinned package; a process that says otherwise is refused. */
const DUCKDB_VERSION = 'v1.5.6';
/** What a process needs beside DuckDB's own limit: Node, thread stacks, what DuckDB does not count in time. */
const DATA_OVERHEAD_BYTES = 1024 ** 3;
const MAX_OPEN_MS = 30_000;

/** A spare: its process was asked to open DuckDB, and may or may not have done so yet. */
interface Warming {
  readonly process: EngineProcess;
  readonly warm: Promise<Outcome<WarmFacts>>;
}

/**
 * Runs every session in a DuckDB process of its own, which is never used twice.
 *
 * `open` rejects with `engine-start` when no process can be had, and like the session's methods with `engine-deadline`
 * and `engine-aborted`.
 */
export function createDuckDbEngine(options: DuckDbEngineOptions): QueryEngine {
  const launcher = findLauncher(Math.ceil(options.memoryLimit * 1.5) + DATA_OVERHEAD_BYTES);
  if (launcher.notice !== null) options.onNotice?.(launcher.notice);
  const spares: Warming[] = [];
  const sessions = new Set<EngineSession>();
  const ending = new Set<Promise<void>>();
  let closed = false;

  const refill = () => {
    while (!closed && spares.length < options.spares) spares.push(startWarming(launcher, options));
  };
  refill();

  const onEnding = (gone: Promise<void>) => {
    ending.add(gone);
    void gone.then(() => ending.delete(gone));
  };

  const openProcess = async (request: EngineRequest, signal: AbortSignal): Promise<EngineSession> => {
    const openFresh = () => openOn(startWarming(launcher, options), request, { ...options, onEnding }, signal);
    const spare = takeAlive(spares);
    if (spare === undefined) return await openFresh();
    try {
      return await openOn(spare, request, { ...options, onEnding }, signal);
    } catch (error) {
      if (!diedWaiting(error)) throw error;
      return await openFresh();
    }
  };

  return {
    version: `duckdb ${DUCKDB_VERSION}`,
    open: async (request, signal) => {
      if (closed) throw startFailed('the engine is closed');
      assertAbsolute(request);
      const session = await openProcess(request, signal);
      const ended = () => {
        sessions.delete(tracked);
        // Only now: a new process would take the processor from the run that is being waited for.
        refill();
      };
      const tracked = { ...session, close: () => session.close().finally(ended) };
      sessions.add(tracked);
      if (closed) {
        await tracked.close();
        throw startFailed('the engine was closed meanwhile');
      }
      return tracked;
    },
    close: async () => {
      closed = true;
      for (const { process } of spares.splice(0)) onEnding(process.kill());
      await Promise.all([...sessions].map((session) => session.close()));
      await Promise.all(ending);
    },
  };
}

function startWarming(launcher: Launcher, options: DuckDbEngineOptions): Warming {
  const process = startProcess(launcher, options.onDied);
  const warm = process.ask({ kind: 'warm', limits: limitsOf(options) }).outcome;
  process.release();
  return { process, warm };
}

function takeAlive(spares: Warming[]): Warming | undefined {
  for (let spare = spares.shift(); spare !== undefined; spare = spares.shift()) {
    if (spare.process.isAlive()) return spare;
  }
  return undefined;
}

/** Locks a warm process onto the request's files. Whatever goes wrong, nothing of it is left behind. */
async function openOn(
  { process, warm }: Warming,
  request: EngineRequest,
  options: DuckDbEngineOptions & Pick<SessionParts, 'onEnding'>,
  signal: AbortSignal,
): Promise<EngineSession> {
  const limit = AbortSignal.timeout(MAX_OPEN_MS);
  const kill = () => void process.kill();
  for (const end of [signal, limit]) end.addEventListener('abort', kill, { once: true });
  process.hold();
  let tempDirectory: string | undefined;
  try {
    tempDirectory = await mkdtemp(join(request.runDirectory, 'spill-'));
    if (signal.aborted) await process.kill();
    const facts = expectValue(await warm);
    if (facts.duckdb !== DUCKDB_VERSION) throw startFailed(`it runs ${facts.duckdb}, not ${DUCKDB_VERSION}`);
    const rawPaths = rawPathsIn(tempDirectory);
    const allowedPaths = [...request.inputFiles, ...request.stagedFiles, ...rawPaths];
    const { maxTempBytes, onEnding } = options;
    expectValue(await process.ask({ kind: 'lock', allowedPaths, tempDirectory, maxTempBytes }).outcome);
    return createSession({
      process,
      request,
      tempDirectory,
      rawPaths,
      aggregates: new Set(facts.aggregates),
      statementTimeoutMs: options.statementTimeoutMs ?? 600_000,
      graceMs: options.graceMs ?? 1_000,
      onEnding,
    });
  } catch (error) {
    await process.kill();
    if (tempDirectory !== undefined) await rm(tempDirectory, { recursive: true, force: true });
    const ended = [signal, limit].find(({ aborted }) => aborted);
    if (ended !== undefined) throw stopped({ kind: 'aborted', reason: ended.reason });
    throw error instanceof SluiceError ? error : startFailed('its run directory cannot be used', error);
  } finally {
    for (const end of [signal, limit]) end.removeEventListener('abort', kill);
  }
}

/** A spare may have died a moment ago, when nobody has been told yet. */
function diedWaiting(error: unknown): boolean {
  const cause = error instanceof SluiceError ? error.cause : undefined;
  return cause instanceof SluiceError && cause.problem.code === 'engine-died';
}

function expectValue<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'value') return outcome.value;
  if (outcome.kind === 'gone') throw startFailed('its process ended', engineDied(outcome.exit));
  throw startFailed('DuckDB could not be opened and locked', new Error(outcome.message));
}

function limitsOf({ threads, memoryLimit, maxTempBytes }: DuckDbEngineOptions): EngineLimits {
  return { threads, memoryBytes: memoryLimit, maxTempBytes };
}

/** DuckDB would resolve a relative path against the child's directory, not the gate's. */
function assertAbsolute({ inputFiles, stagedFiles, runDirectory }: EngineRequest): void {
  const relative = [...inputFiles, ...stagedFiles, runDirectory].find((path) => !isAbsolute(path));
  if (relative !== undefined) throw startFailed('it was given a path that is not absolute');
}

function startFailed(reason: string, cause?: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'engine-start',
      message: `No engine could be had: ${reason}.`,
      hint: 'Check memory, disk space and the limits of the engine.',
    },
    { cause },
  );
}
