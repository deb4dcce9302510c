import type { HookEventType } from '../core/event/hook-event.ts';

/**
 * The seam between the stand-in's version control and its actions: what happened goes out as a `SandboxHookEvent`,
 * "go on" or "stop, with this status and text" comes back. Moments and fields are those of the recorded deliveries
 * (test/fixtures/lakefs/24-all-events.json).
 */

/**
 * One event, without what differs from hook to hook (`event_time`, `action_name`, `hook_id`: the runner adds them).
 * A field that is absent here is absent in the payload. lakeFS writes the payload's keys in this order: event_type,
 * event_time, action_name, hook_id, repository_id, branch_id, source_ref, tag_id, commit_id, commit_message, committer,
 * commit_metadata, merge_source.
 */
export interface SandboxHookEvent {
  readonly type: HookEventType;
  readonly branchId?: string;
  /** Source commit of a merge, branch name before a commit, commit id after it. */
  readonly sourceRef?: string;
  readonly tagId?: string;
  readonly commitId?: string;
  readonly commitMessage?: string;
  readonly committer?: string;
  /** Never empty: lakeFS leaves the key out then. */
  readonly commitMetadata?: Readonly<Record<string, string>>;
  /** The source of a merge as the client wrote it. */
  readonly mergeSource?: string;
  /** Where action files are read: the source commit of a merge, the branch with its staged objects before a commit. */
  readonly actionsRef: string;
}

export interface ActionFile {
  /** Whole path, e.g. `_lakefs_actions/gate.yaml`; a sub-folder is `_lakefs_actions/sub/`. */
  readonly path: string;
  /** Text of the file; null for a sub-folder, which lakeFS lists by name and then cannot load (recording 20b). */
  readonly content: string | null;
}

export interface HookContext {
  readonly repository: string;
  /** Everything directly under `_lakefs_actions/` at the ref, in path order. Rejects when the ref is gone. */
  listActionFiles(ref: string): Promise<readonly ActionFile[]>;
  /** Aborts when the client of the pre-event's request has gone, or the stand-in closes. */
  readonly signal: AbortSignal;
}

/**
 * `runId` is null when no action matched. A refusal's message starts with the event, e.g. `pre-merge hook aborted, run
 * id '...': 1 error occurred:...`; the caller puts `update branch main: ` before it where lakeFS does.
 */
export type HookOutcome =
  | { readonly ok: true; readonly runId: string | null }
  | { readonly ok: false; readonly status: number; readonly message: string };

export interface ActionRun {
  readonly runId: string;
  /** Empty for tag events. */
  readonly branch: string;
  /** Empty where the event names none. */
  readonly commitId: string;
  readonly eventType: HookEventType;
  /** RFC 3339 UTC. */
  readonly startTime: string;
  readonly endTime: string;
  readonly status: 'completed' | 'failed';
}

export interface ActionHookRun {
  /** `0000_0000`: action index, hook index. */
  readonly hookRunId: string;
  readonly action: string;
  readonly hookId: string;
  /** `0001-01-01T00:00:00Z` for a skipped hook, which has no end time. */
  readonly startTime: string;
  readonly endTime?: string;
  readonly status: 'completed' | 'failed' | 'skipped';
}

export interface HookRunner {
  /**
   * Runs every matching action of the event and resolves when all hooks are done; never rejects. Pre-events are waited
   * for and can stop the operation; post-events are started after it and nobody waits (close() aborts them).
   */
  run(event: SandboxHookEvent, context: HookContext): Promise<HookOutcome>;
  /** lakeFS writes the commit into the pre-commit and pre-revert runs once there is one. */
  nameCommit(repository: string, runId: string, commitId: string): void;
  /** In lakeFS's order: later second first. Filtering and paging are the caller's. */
  listRuns(repository: string): readonly ActionRun[];
  getRun(repository: string, runId: string): ActionRun | null;
  /** Null when there is no such run. */
  listHooks(repository: string, runId: string): readonly ActionHookRun[] | null;
  /** The hook's log, exact bytes; empty for a skipped hook; null when there is no such hook run. */
  hookOutput(repository: string, runId: string, hookRunId: string): Buffer | null;
}

/** A runner for servers without actions: everything is allowed and nothing remembered. */
export const noHooks: HookRunner = {
  run: async () => ({ ok: true, runId: null }),
  nameCommit: () => {},
  listRuns: () => [],
  getRun: () => null,
  listHooks: () => null,
  hookOutput: () => null,
};
