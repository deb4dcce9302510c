import type { HookEvent, HookEventType } from '../../core/event/hook-event.ts';
import { isImport } from '../../core/event/replayed-commit.ts';
import type { Commit } from '../ports.ts';
import type { Decision } from '../record-ports.ts';
import { configured } from './by-configuration.ts';
import { approved, type EventDeps, type EventRule, type Ruling, rejected } from './event-rule.ts';

/** Longest time from a decision to what it let in: the longest deadline, lakeFS's ten tries, and a slow queue. */
const OPEN_FOR_MS = 60 * 60 * 1000;
const MOST_OPEN = 200;

type Asked = 'pre-merge' | 'pre-commit' | 'pre-revert' | 'pre-cherry-pick';

/**
 * Closes the decision that let a change in: what is on the branch now is compared with what was judged. Nothing can be
 * stopped any more. What was not judged, or is not what was judged, is a rejected record of the post-event (and an
 * error in the log), so that an auditor finds it by `state = rejected` like everything else that went wrong, and lakeFS
 * shows its run as failed. An approved record of a post-event says that both are the same.
 */
export function closing(asked: Asked): EventRule {
  return {
    answer: (event, policy) => {
      const denied = configured(event, policy);
      if (denied?.verdict === 'rejected') return denied;
      return asked === 'pre-merge' ? null : unasked(asked, event, policy.events);
    },
    look: async (event, deps, signal) => {
      const { repository, commitId = event.sourceRef ?? '' } = event;
      const commit = await deps.lake.commit(repository, commitId, signal);
      return close(asked, event, commit, deps, signal);
    },
  };
}

/** What configuration let in without a look has no decision to compare with. */
function unasked(asked: Exclude<Asked, 'pre-merge'>, event: HookEvent, events: EventDeps['policy']['events']) {
  const imported = isImport(event) && events.import === 'allow';
  if (events[asked] !== 'allow' && !imported) return null;
  return approved(
    `${imported ? 'Imports are' : `${asked} is`} allowed by configuration (events), so nothing was judged that could be compared.`,
  );
}

async function close(
  asked: Asked,
  event: HookEvent,
  commit: Commit,
  deps: EventDeps,
  signal: AbortSignal,
): Promise<Ruling> {
  const known = approvals(asked, event, deps).find(({ landed: before }) => before?.commit === commit.id);
  if (known !== undefined) return told(known, commit, known.landed?.same === true, event);
  const open = openDecisions(asked, event, commit, deps);
  for (const decision of open) {
    if (await holds(decision, commit, deps, signal)) return landed(decision, commit, true, event, deps);
  }
  const [newest] = open;
  if (newest !== undefined) return landed(newest, commit, false, event, deps);
  const unlooked = approvals(asked, event, deps).find(({ key }) => key === null);
  if (unlooked !== undefined) {
    return approved(`It was allowed by configuration (decision ${unlooked.id}), so there is nothing to compare.`);
  }
  return ungated(asked, event, commit, deps);
}

/** Approved, judged, and not known to have landed; newest first. */
function openDecisions(asked: Asked, event: HookEvent, commit: Commit, deps: EventDeps): readonly Decision[] {
  return approvals(asked, event, deps).filter(
    ({ key, landed: known, mergeCommit }) =>
      key !== null && known === null && (asked !== 'pre-merge' || mergeCommit === commit.id),
  );
}

function approvals(asked: HookEventType, { repository, branch = '' }: HookEvent, { store, clock }: EventDeps) {
  const since = new Date(clock.now() - OPEN_FOR_MS).toISOString();
  return store.list({
    repository,
    branch,
    event: asked,
    state: 'approved',
    origin: 'hook',
    since,
    limit: MOST_OPEN,
  });
}

/** Several possible results of a replay are judged as one question, and any of them may land. */
async function holds(decision: Decision, commit: Commit, { lake }: EventDeps, signal: AbortSignal): Promise<boolean> {
  const tree = await lake.treeOf(decision, commit, signal);
  const sameBase = commit.parents[0] === decision.key?.destinationCommit;
  return sameBase && tree !== null && (decision.key?.metaRange.split(',') ?? []).includes(tree);
}

function landed(decision: Decision, commit: Commit, same: boolean, event: HookEvent, deps: EventDeps): Ruling {
  const { store, clock, log, observer } = deps;
  store.land(decision.id, { commit: commit.id, at: new Date(clock.now()).toISOString(), same });
  observer.landed(same);
  const fields = { decision: decision.id, repository: event.repository, branch: event.branch, commit: commit.id };
  if (!same) log.error(fields, 'what landed is not what was judged');
  return told(decision, commit, same, event);
}

/** Also for an event that comes twice: by two actions, say. */
function told(decision: Decision, commit: Commit, same: boolean, { branch = '' }: HookEvent): Ruling {
  const place = `${commit.id.slice(0, 12)} on ${branch}`;
  if (same) return approved(`${place} is what was judged (decision ${decision.id}).`);
  return rejected({
    code: 'landed-differently',
    message: `${place} is not what was judged and approved (decision ${decision.id}).`,
    hint: 'Find out who made it, look at its data, and revert it if it is not good.',
  });
}

function ungated(asked: Asked, event: HookEvent, commit: Commit, { log, observer }: EventDeps): Ruling {
  observer.landed(false);
  const { repository, branch = '', committer = 'somebody' } = event;
  log.error({ repository, branch, commit: commit.id, committer }, 'a commit without a decision');
  return rejected({
    code: 'landed-unjudged',
    message: `${commit.id.slice(0, 12)} came to ${branch} by ${committer}, and no approved ${asked} decision is recorded for it.`,
    hint: 'Check the action files of the branch (sluice doctor), look at the data, and revert it if it is not good.',
  });
}
