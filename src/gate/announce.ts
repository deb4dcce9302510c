/** Tells decisions where people look at merges: in the description of the pull request. */
import { SluiceError } from '../core/problem.ts';
import { pullRequestBlock, withBlock } from '../core/report/pull-request-block.ts';
import type { Report } from '../core/report/report.ts';
import { decisionUrl } from '../core/report/report-url.ts';
import type { PullRequests } from './pull-request-ports.ts';
import type { Decision } from './record-ports.ts';

/** `none`: no open pull request is about the merge. */
export const ANNOUNCEMENTS = ['updated', 'none', 'failed'] as const;
export type Announcement = (typeof ANNOUNCEMENTS)[number];

export interface AnnouncerDeps {
  readonly pulls: PullRequests;
  /** pino's logger fits. */
  readonly log: { warn(fields: object, message: string): void };
  readonly count: (result: Announcement) => void;
  /** Where people reach the console; null: the block has no link. */
  readonly consoleUrl: string | null;
  readonly limits?: AnnouncerLimits;
}

export interface AnnouncerLimits {
  /** One announcement, whatever it takes; and all that are left when the announcer stops. Milliseconds. */
  readonly timeoutMs: number;
  /** How long an approved merge is given to close its pull request before an open one is written to. */
  readonly settleMs: number;
  readonly pollMs: number;
}

export interface Announcer {
  /** Returns at once and never throws. Whatever goes wrong later is logged and counted, and that is all. */
  announce(decision: Decision): void;
  /** Resolves when what was announced is written, or its time is over. */
  stop(): Promise<void>;
}

const LIMITS: AnnouncerLimits = { timeoutMs: 10_000, settleMs: 5_000, pollMs: 250 };
const MAX_BLOCK_BYTES = 16 * 1024;
/** lakeFS itself has no limit, but the smallest of its stores takes 400 KB for a whole pull request (DynamoDB). */
const MAX_DESCRIPTION_BYTES = 256 * 1024;
/** Several pull requests may be about the same two branches; nobody reads more. */
const MAX_PULL_REQUESTS = 10;
/** Merges whose newest decision is remembered, so that a slow older one does not overwrite it. */
const MAX_REMEMBERED = 1_000;

/** The announcements of one merge, one after the other. */
interface Lane {
  next: Decision | null;
  /** Ends the wait of an announcement that a newer one replaces. */
  replaced: AbortController;
}

/** One update at a time for each pair of branches, and the newest decision wins. */
export function createAnnouncer(deps: AnnouncerDeps): Announcer {
  const { timeoutMs } = deps.limits ?? LIMITS;
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const isNewest = createNewest(MAX_REMEMBERED);
  const ending = new AbortController();

  const drive = async (key: string, lane: Lane): Promise<void> => {
    for (let decision = lane.next; decision !== null; decision = lane.next) {
      lane.next = null;
      lane.replaced = new AbortController();
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(timeoutMs)]);
      await tell(decision, deps, { signal, replaced: lane.replaced.signal });
    }
    lanes.delete(key);
  };

  return {
    announce: (decision) => {
      if (!isTellable(decision)) return;
      const key = JSON.stringify([decision.repository, decision.source, decision.branch]);
      if (!isNewest(key, decision.id)) return;
      const lane = lanes.get(key);
      if (lane !== undefined) {
        lane.next = decision;
        lane.replaced.abort();
        return;
      }
      const opened: Lane = { next: decision, replaced: new AbortController() };
      lanes.set(key, opened);
      const driven = drive(key, opened).finally(() => running.delete(driven));
      running.add(driven);
    },
    stop: async () => {
      const last = setTimeout(() => ending.abort(new Error('Sluice is being stopped')), timeoutMs);
      await Promise.all(running);
      clearTimeout(last);
    },
  };
}

/** Merges that were judged or could not be; pull requests are about nothing else. */
function isTellable({ event = 'pre-merge', report, source, branch }: Decision): boolean {
  return event === 'pre-merge' && report !== null && source !== '' && branch !== '';
}

/** Ids sort by the time at which their deliveries came. */
function createNewest(limit: number): (key: string, id: string) => boolean {
  const newest = new Map<string, string>();
  return (key, id) => {
    if ((newest.get(key) ?? '') > id) return false;
    newest.delete(key);
    newest.set(key, id);
    const [oldest] = newest.keys();
    if (newest.size > limit && oldest !== undefined) newest.delete(oldest);
    return true;
  };
}

interface Signals {
  readonly signal: AbortSignal;
  readonly replaced: AbortSignal;
}

async function tell(decision: Decision, deps: AnnouncerDeps, signals: Signals): Promise<void> {
  try {
    const { repository, state, origin } = decision;
    const isMerging = state === 'approved' && origin === 'hook';
    const found = await pullsOf(decision, isMerging, deps.pulls, signals.signal);
    if (found.length === 0) return deps.count('none');
    if (isMerging) await settle(repository, found, deps, signals);
    if (signals.replaced.aborted) return;
    for (const id of found) {
      const write = () => rewrite(decision, id, deps, signals.signal);
      // lakeFS refuses a change that another one came before: what that one wrote is to be kept.
      await write().catch((error) => (isPassing(error) && !signals.signal.aborted ? write() : Promise.reject(error)));
      deps.count('updated');
    }
  } catch (error) {
    deps.count('failed');
    deps.log.warn(
      { decision: decision.id, repository: decision.repository, ...reasonOf(error) },
      'pull request not updated',
    );
  }
}

/** The open ones; after an approval lakeFS may have merged and closed its pull request already. */
async function pullsOf(
  { repository, source, branch: destination, mergeCommit }: Decision,
  isMerging: boolean,
  pulls: PullRequests,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const sides = { repository, source, destination };
  const open = await pulls.open(sides, signal);
  // In this order, so that one that is closed meanwhile is in one of them.
  const merged = isMerging && mergeCommit !== '' ? await pulls.mergedBy(mergeCommit, sides, signal) : [];
  return [...new Set([...merged, ...open])].slice(0, MAX_PULL_REQUESTS);
}

/**
 * After an approval lakeFS merges, and then marks the pull request as merged. It reads, changes and writes it without a
 * lock: writing in that moment could fail the marking, or undo it. So a pull request is left alone until it is merged;
 * one that stays open was not what was merged.
 */
async function settle(
  repository: string,
  ids: readonly string[],
  { pulls, limits = LIMITS }: AnnouncerDeps,
  { signal, replaced }: Signals,
): Promise<void> {
  const stop = AbortSignal.any([signal, replaced]);
  for (let waited = 0; waited < limits.settleMs && !stop.aborted; waited += limits.pollMs) {
    await pause(limits.pollMs, stop);
    const states = await Promise.all(ids.map((id) => pulls.read(repository, id, signal)));
    if (states.every(({ status }) => status !== 'open')) return;
  }
}

async function rewrite(
  decision: Decision,
  id: string,
  { pulls, consoleUrl }: AnnouncerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { repository } = decision;
  const { description } = await pulls.read(repository, id, signal);
  await pulls.describe({ repository, id, description: describe(description, decision, consoleUrl) }, signal);
}

function isPassing(error: unknown): boolean {
  return error instanceof SluiceError && error.problem.code === 'lakefs-error';
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}

function describe(description: string, { id, report, decidedAt }: Decision, consoleUrl: string | null): string {
  const block = pullRequestBlock(JSON.parse(report ?? 'null') as Report, {
    reportUrl: decisionUrl(consoleUrl, id),
    decidedAt: decidedAt ?? '',
    maxBytes: MAX_BLOCK_BYTES,
  });
  const text = withBlock(description, block);
  if (new TextEncoder().encode(text).length <= MAX_DESCRIPTION_BYTES) return text;
  throw new SluiceError({
    code: 'pull-request-full',
    message: `The description of the pull request would be longer than ${MAX_DESCRIPTION_BYTES / 1024} KiB with the report.`,
    hint: 'Shorten what people wrote there.',
  });
}

/** No stack: the verdict is given and recorded, and whoever reads this can do no more than look at lakeFS. */
function reasonOf(error: unknown): object {
  if (!(error instanceof SluiceError)) return { message: String(error) };
  const { code, message, hint } = error.problem;
  return { code, message, hint: code === 'lakefs-unauthorized' ? PERMISSIONS : hint };
}

const PERMISSIONS =
  'Pull requests need pr:ListPullRequests, pr:ReadPullRequest and pr:WritePullRequest; or set pullRequests: off.';
