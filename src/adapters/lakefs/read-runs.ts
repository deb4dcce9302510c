import type { ActionsRun, HookRun } from '../../gate/repository-ports.ts';
import { hookRunPage, type RunAnswer, runPage } from './answers.ts';
import type { LakefsClient } from './client.ts';
import { commitSegment, inRepository, runSegment } from './endpoint.ts';
import { allPages } from './pages.ts';

/** lakeFS keeps the body of our answers whole in its log (1.2 MB were tried); they are cut far below this. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Newest first: lakeFS's own order is that only for runs of different seconds. */
export async function readActionRuns(
  client: LakefsClient,
  {
    repository,
    commitId,
    maxEntries,
  }: { readonly repository: string; readonly commitId: string; readonly maxEntries: number },
  signal: AbortSignal,
): Promise<readonly ActionsRun[]> {
  const call = {
    segments: [...inRepository(repository), 'actions', 'runs'],
    query: { commit: commitSegment(commitId) },
    what: `the action runs of ${commitId.slice(0, 12)} in ${repository}`,
  };
  const answers = await allPages(client, { call, check: runPage, keyOf: (run) => run.run_id, maxEntries }, signal);
  return [...answers].sort(newestFirst).map((run) => ({
    runId: run.run_id,
    eventType: run.event_type,
    branch: run.branch,
    commitId: run.commit_id,
    status: run.status,
  }));
}

export async function readHookRuns(
  client: LakefsClient,
  {
    repository,
    runId,
    maxEntries,
  }: { readonly repository: string; readonly runId: string; readonly maxEntries: number },
  signal: AbortSignal,
): Promise<readonly HookRun[]> {
  const call = {
    segments: [...inRepository(repository), 'actions', 'runs', runSegment(runId), 'hooks'],
    what: `the hooks of run ${runId} in ${repository}`,
  };
  const keyOf = (hook: { readonly hook_run_id: string }) => hook.hook_run_id;
  const answers = await allPages(client, { call, check: hookRunPage, keyOf, maxEntries }, signal);
  return answers.map((hook) => ({
    hookRunId: hook.hook_run_id,
    action: hook.action,
    hookId: hook.hook_id,
    status: hook.status,
  }));
}

export async function readHookOutput(
  client: LakefsClient,
  { repository, runId, hookRunId }: { readonly repository: string; readonly runId: string; readonly hookRunId: string },
  signal: AbortSignal,
): Promise<string> {
  const call = {
    segments: [
      ...inRepository(repository),
      ...['actions', 'runs', runSegment(runId)],
      ...['hooks', runSegment(hookRunId), 'output'],
    ],
    what: `the output of hook ${hookRunId} in run ${runId} of ${repository}`,
  };
  return (await client.bytes(call, MAX_OUTPUT_BYTES, signal)).toString('utf8');
}

/** By start, to the nanosecond: runs of one operation start within the same millisecond. */
function newestFirst(left: RunAnswer, right: RunAnswer): number {
  const seconds = Date.parse(right.start_time) - Date.parse(left.start_time);
  return seconds === 0 ? nanosecondsOf(right.start_time) - nanosecondsOf(left.start_time) : seconds;
}

/** Go leaves out zeros at the end of the fraction. */
function nanosecondsOf(time: string): number {
  const [, fraction = ''] = /\.(\d{1,9})/.exec(time) ?? [];
  return Number(fraction.padEnd(9, '0'));
}
