import { type ActionSettings, actionFile, OUR_ACTION_PATH } from '../core/action/action-file.ts';
import { type Problem, SluiceError } from '../core/problem.ts';
import { gateHooksOf } from './doctor/gate-hooks.ts';
import { logOfMerge } from './doctor/hook-log.ts';
import { installRefusal } from './install-refusal.ts';
import type { ChangeOutcome, RepositoryReader, RepositoryWriter } from './repository-ports.ts';
import { type ScratchDeps, withScratchBranch } from './scratch-branches.ts';

export interface TrialDeps extends ScratchDeps {
  readonly reader: Pick<RepositoryReader, 'branches' | 'actionRuns' | 'hookRuns' | 'hookOutput' | 'currentUser'>;
  readonly writer: Pick<RepositoryWriter, 'createBranch' | 'deleteBranch' | 'upload' | 'commit' | 'merge'>;
}

export interface TrialRequest {
  readonly repository: string;
  /** The branch that is to be gated. */
  readonly branch: string;
  /** Its head. */
  readonly headId: string;
  readonly settings: ActionSettings;
}

/**
 * Merges the action file between two scratch branches, with one of them in place of the gated one: address, token and
 * lakeFS's environment are tried before anything depends on them. It must be a Sluice that answers: whatever else says
 * 200, lakeFS's own web page for one, would let every merge through. Null when all is well, else what is not.
 */
export async function tryHook(request: TrialRequest, deps: TrialDeps, signal: AbortSignal): Promise<Problem | null> {
  const { repository, branch, headId, settings } = request;
  const { hookUrl } = settings;
  return withScratchBranch(
    { repository, purpose: 'install', sourceRef: headId },
    deps,
    async (destination) => {
      const text = actionFile({ ...settings, branches: [destination], events: ['pre-merge'] });
      const outcome = await mergeTrial({ repository, destination, headId, text }, deps, signal).catch(
        refusedBySettings,
      );
      if (outcome.kind === 'no-changes') return null;
      if (outcome.kind !== 'done') {
        const user = await deps.reader.currentUser(signal).catch(() => null);
        return installRefusal(outcome, { repository, branch, hookUrl, user });
      }
      const [hook] = gateHooksOf([{ path: OUR_ACTION_PATH, text }]);
      if (hook === undefined) throw new TypeError('our own action file has a hook of ours');
      const log = await logOfMerge({ repository, mergeCommit: outcome.commitId, hook }, deps.reader, signal);
      if (log === null) return nobodyAsked(repository);
      return log.decisionId === null ? notSluice(hookUrl, log.contentType) : null;
    },
    signal,
  );
}

function mergeTrial(
  about: { readonly repository: string; readonly destination: string; readonly headId: string; readonly text: string },
  deps: TrialDeps,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const { repository, destination, headId, text } = about;
  const { writer } = deps;
  return withScratchBranch(
    { repository, purpose: 'install', sourceRef: headId },
    deps,
    async (source) => {
      const message = 'Try whether lakeFS reaches Sluice';
      const bytes = new TextEncoder().encode(text);
      await writer.upload({ repository, branch: source, path: OUR_ACTION_PATH, bytes }, signal);
      const committed = await writer.commit({ repository, branch: source, message }, signal);
      if (committed.kind !== 'done') return committed;
      return writer.merge({ repository, source, destination, message }, signal);
    },
    signal,
  );
}

/**
 * lakeFS calls it a failure of its own (500) when its environment lacks the token or an action file does not please it;
 * both are told before anything is changed, so there is no doubt to keep. Throws every other error.
 */
export function refusedBySettings(error: unknown): Exclude<ChangeOutcome, { readonly kind: 'done' }> {
  if (!(error instanceof SluiceError) || error.problem.code !== 'lakefs-error') throw error;
  if (!/hook aborted/.test(error.message)) throw error;
  return { kind: 'refused', status: 500, message: error.message };
}

function notSluice(hookUrl: string, contentType: string): Problem {
  const what = contentType === '' ? 'something' : `a page (${contentType})`;
  return {
    code: 'init-not-sluice',
    message: `Nothing was changed: what answers lakeFS at ${hookUrl} is not Sluice but ${what} that lets every merge through.`,
    hint: "Say with --hook-url where lakeFS reaches Sluice's hook port, without a redirect or login page on the way.",
  };
}

function nobodyAsked(repository: string): Problem {
  return {
    code: 'init-nobody-asked',
    message: `Nothing was changed: lakeFS merged on a scratch branch of ${repository} without asking its hooks.`,
    hint: 'Its actions are switched off: set `actions.enabled: true` (LAKEFS_ACTIONS_ENABLED) and restart lakeFS.',
  };
}
