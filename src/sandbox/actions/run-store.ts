import type { ActionHookRun, ActionRun, HookRunner } from '../hooks-port.ts';
import type { TaskResult } from './tasks.ts';
import { formatInstant } from './timestamp.ts';

/** A run that has ended: there is no record of one before that. */
export interface RunRecord extends Omit<ActionRun, 'startTime' | 'endTime'> {
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly hooks: readonly TaskResult[];
}

export interface RunStore {
  readonly reader: Pick<HookRunner, 'listRuns' | 'getRun' | 'listHooks' | 'hookOutput'>;
  save(repository: string, run: RunRecord): void;
  nameCommit(repository: string, runId: string, commitId: string): void;
}

/** Keeps the runs of every repository in memory. */
export function createRunStore(): RunStore {
  const repositories = new Map<string, Map<string, RunRecord>>();
  const find = (repository: string, runId: string): RunRecord | undefined => repositories.get(repository)?.get(runId);
  const save = (repository: string, run: RunRecord): void => {
    const runs = repositories.get(repository) ?? new Map<string, RunRecord>();
    repositories.set(repository, runs.set(run.runId, run));
  };
  return {
    save,
    nameCommit: (repository, runId, commitId) => {
      const run = find(repository, runId);
      if (run !== undefined) save(repository, { ...run, commitId });
    },
    reader: {
      // Run ids count down by the second and up within it, and lakeFS lists them by id.
      listRuns: (repository) =>
        [...(repositories.get(repository)?.values() ?? [])]
          .sort((left, right) => (left.runId < right.runId ? -1 : 1))
          .map(toRun),
      getRun: (repository, runId) => {
        const run = find(repository, runId);
        return run === undefined ? null : toRun(run);
      },
      listHooks: (repository, runId) => find(repository, runId)?.hooks.map(toHookRun) ?? null,
      hookOutput: (repository, runId, hookRunId) =>
        find(repository, runId)?.hooks.find((hook) => hook.hookRunId === hookRunId)?.log ?? null,
    },
  };
}

function toRun({ runId, branch, commitId, eventType, status, startedAt, endedAt }: RunRecord): ActionRun {
  const [startTime, endTime] = [formatInstant(startedAt), formatInstant(endedAt)];
  return { runId, branch, commitId, eventType, status, startTime, endTime };
}

function toHookRun({ hookRunId, action, hookId, status, startedAt, endedAt }: TaskResult): ActionHookRun {
  const head = { hookRunId, action, hookId, status, startTime: formatInstant(startedAt) };
  return status === 'skipped' ? head : { ...head, endTime: formatInstant(endedAt) };
}
