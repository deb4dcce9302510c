import type { Commit } from './commits.ts';
import type { ActionFile, HookContext, SandboxHookEvent } from './hooks-port.ts';
import type { Call } from './lake.ts';
import { LakeError } from './lake-error.ts';
import { folderAt } from './refs.ts';

const ACTIONS_FOLDER = '_lakefs_actions/';

/** An event as an operation tells it; action files are read where `sourceRef` points. */
export type Happening = Omit<SandboxHookEvent, 'actionsRef'> & { readonly sourceRef: string };

/**
 * Runs the hooks of a pre-event and waits for them.
 *
 * @returns the run's id, null when no action matched
 * @throws LakeError with the runner's status and text when a hook refused
 */
export async function before(call: Call, event: Happening): Promise<string | null> {
  const outcome = await call.lake.hooks.run({ ...event, actionsRef: event.sourceRef }, contextOf(call, call.signal));
  if (!outcome.ok) throw new LakeError('aborted', outcome.message, outcome.status);
  return outcome.runId;
}

/** Starts the hooks of a post-event; nobody waits for them and they change nothing. */
export function afterwards(call: Call, event: Happening): void {
  const { background, closing, hooks } = call.lake;
  const run = hooks.run({ ...event, actionsRef: event.sourceRef }, contextOf(call, closing));
  const done = run.catch(() => undefined).finally(() => background.delete(done));
  background.add(done);
}

/** The part of an event that comes from a commit; lakeFS leaves out what is empty. */
export function aboutCommit(
  commit: Pick<Commit, 'message' | 'committer' | 'metadata'>,
): Pick<SandboxHookEvent, 'commitMessage' | 'committer' | 'commitMetadata'> {
  return {
    ...(commit.message === '' ? {} : { commitMessage: commit.message }),
    ...(commit.committer === '' ? {} : { committer: commit.committer }),
    ...(Object.keys(commit.metadata).length === 0 ? {} : { commitMetadata: commit.metadata }),
  };
}

function contextOf(call: Call, signal: AbortSignal): HookContext {
  return {
    repository: call.repository.id,
    listActionFiles: async (ref) => actionFiles(call, ref),
    signal,
  };
}

function actionFiles(call: Call, ref: string): readonly ActionFile[] {
  return folderAt(call.repository, ref, ACTIONS_FOLDER).map((found) => {
    if (typeof found === 'string') return { path: found, content: null };
    return { path: found.path, content: call.lake.blobs.get(found.physicalAddress)?.toString('utf8') ?? null };
  });
}
