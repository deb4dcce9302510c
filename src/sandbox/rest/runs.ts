import type { ActionHookRun, ActionRun } from '../hooks-port.ts';
import { emptyReply, jsonReply, type Reply } from '../http.ts';
import { LakeError } from '../lake-error.ts';
import { pageReply, pageRequest } from './page.ts';
import { callOf, param, query, type RestRequest, type Route } from './route.ts';

const RUNS = '/repositories/{repository}/actions/runs';

export const runRoutes: readonly Route[] = [
  { method: 'GET', path: RUNS, handle: listRuns },
  { method: 'GET', path: `${RUNS}/{run}`, handle: showRun },
  { method: 'GET', path: `${RUNS}/{run}/hooks`, handle: listHooks },
  { method: 'GET', path: `${RUNS}/{run}/hooks/{hook}/output`, handle: showOutput },
];

function listRuns(request: RestRequest): Reply {
  const { lake, repository } = callOf(request);
  const [branch, commit] = [query(request, 'branch'), query(request, 'commit')];
  const runs = lake.hooks
    .listRuns(repository.id)
    .filter((run) => (branch === '' || run.branch === branch) && (commit === '' || run.commitId === commit));
  return pageReply(
    pageAfter(request, runs, (run) => run.runId),
    shownRun,
    (run) => run.runId,
  );
}

function showRun(request: RestRequest): Reply {
  const { lake, repository } = callOf(request);
  const run = lake.hooks.getRun(repository.id, param(request, 'run'));
  if (run === null) throw new LakeError('not-found', 'not found: not found');
  return jsonReply(200, shownRun(run));
}

function listHooks(request: RestRequest): Reply {
  const { lake, repository } = callOf(request);
  // A run that nobody has heard of has no hooks.
  const hooks = lake.hooks.listHooks(repository.id, param(request, 'run')) ?? [];
  return pageReply(
    pageAfter(request, hooks, (hook) => hook.hookRunId),
    shownHook,
    (hook) => hook.hookRunId,
  );
}

function showOutput(request: RestRequest): Reply {
  const { lake, repository } = callOf(request);
  const hook = param(request, 'hook');
  const output = lake.hooks.hookOutput(repository.id, param(request, 'run'), hook);
  if (output === null) throw new LakeError('not-found', 'not found');
  if (output.length === 0) return emptyReply(200);
  return {
    status: 200,
    headers: {
      'Content-Disposition': `attachment; filename=${hook}.log`,
      'Content-Type': 'application/octet-stream',
    },
    body: output,
  };
}

/** Runs come in their own order, so paging goes by place. */
function pageAfter<T>(
  request: RestRequest,
  all: readonly T[],
  key: (one: T) => string,
): { readonly results: readonly T[]; readonly hasMore: boolean } {
  const { after, amount } = pageRequest(request);
  const rest = all.slice(all.findIndex((one) => key(one) === after) + 1);
  return { results: rest.slice(0, amount), hasMore: rest.length > amount };
}

function shownRun(run: ActionRun): unknown {
  return {
    branch: run.branch,
    commit_id: run.commitId,
    end_time: run.endTime,
    event_type: run.eventType,
    run_id: run.runId,
    start_time: run.startTime,
    status: run.status,
  };
}

function shownHook(hook: ActionHookRun): unknown {
  return {
    action: hook.action,
    ...(hook.endTime === undefined ? {} : { end_time: hook.endTime }),
    hook_id: hook.hookId,
    hook_run_id: hook.hookRunId,
    start_time: hook.startTime,
    status: hook.status,
  };
}
