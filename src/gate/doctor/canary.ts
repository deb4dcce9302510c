import type { ChangeOutcome } from '../repository-ports.ts';
import { withScratchBranch } from '../scratch-branches.ts';
import { asks } from './action.ts';
import { withBranch } from './canary-action.ts';
import { BAD_ORDERS, canaryPath, GOOD_ORDERS } from './canary-contract.ts';
import type { Patient } from './examination.ts';
import { couldNotTell, type Finding, finding, type Told } from './finding.ts';
import type { ActionFile, GateHook } from './gate-hooks.ts';
import { type HookLog, logOfMerge, logOfRun } from './hook-log.ts';
import { type Attempt, isRejection, judgeBad, judgeFailure, judgeGood } from './judge-canary.ts';
import type { DecisionRecords } from './ports.ts';

/** Makes the hook's body of the good merge about 40 KiB, near the server's own limit of 64: a stricter proxy shows. */
const PADDING = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`sluice-canary-padding-${index}`, 'x'.repeat(1000)]),
);
/** What lakeFS itself may take beside the hook. */
const MERGE_MARGIN_MS = 60_000;

/** What a canary needs of the world. */
type CanaryPatient = Patient<'reader' | 'writer' | 'owner' | 'records' | 'nonce' | 'onProgress'>;

interface Canary {
  readonly patient: CanaryPatient;
  readonly hook: GateHook;
  /** The scratch branch that stands for the governed one. */
  readonly destination: string;
  readonly source: string;
  readonly path: string;
}

interface Flight {
  readonly bad: Attempt;
  /** Null when there was no use in it. */
  readonly good: Attempt | null;
}

/**
 * Proves the gate: merges known-bad data on scratch branches through lakeFS itself, with the action file that is
 * installed, and demands a refusal for that data; then known-good data, and demands a merge.
 */
export async function flyCanary(
  patient: CanaryPatient,
  hook: GateHook,
  files: readonly ActionFile[],
): Promise<readonly Finding[]> {
  const { facts, deps, signal } = patient;
  const repository = facts.id;
  deps.onProgress(`canary in ${repository}`);
  let told: Readonly<Record<'canary-blocks' | 'canary-passes' | 'canary-server' | 'canary-repeats', Told>>;
  try {
    const flight = await fly(patient, hook, files);
    told = {
      'canary-blocks': judgeBad(flight.bad, hook),
      'canary-passes': flight.good === null ? NOT_TRIED : judgeGood(flight.good, hook),
      ...(await whose(flight, repository, deps.records, signal)),
    };
  } catch (error) {
    signal.throwIfAborted();
    told = {
      'canary-blocks': judgeFailure(error),
      'canary-passes': NOT_TRIED,
      'canary-server': NOT_TRIED,
      'canary-repeats': NOT_TRIED,
    };
  }
  return Object.entries(told).map(([id, one]) => finding({ id: id as keyof typeof told, repository }, one));
}

const NOT_TRIED: Told = { level: 'unknown', detail: 'not tried, because bad data was not refused as it must be' };

async function fly(patient: CanaryPatient, hook: GateHook, files: readonly ActionFile[]): Promise<Flight> {
  const { facts, deps, signal } = patient;
  const about = { repository: facts.id, purpose: 'canary' } as const;
  const path = canaryPath(deps.nonce());
  return withScratchBranch(
    { ...about, sourceRef: facts.defaultBranch },
    deps,
    async (destination) => {
      const refused = await nameDestination(patient, hook, files, destination);
      if (refused !== null) return { bad: refused, good: null };
      // From the destination, so that the merge brings data and nothing else.
      return withScratchBranch(
        { ...about, sourceRef: destination },
        deps,
        (source) => flyBoth({ patient, hook, destination, source, path }),
        signal,
      );
    },
    signal,
  );
}

async function flyBoth(canary: Canary): Promise<Flight> {
  const bad = await attempt(canary, BAD_ORDERS, {});
  if (!isRejection(bad.log)) return { bad, good: null };
  return { bad, good: await attempt(canary, GOOD_ORDERS, PADDING) };
}

/** The installed action file is for the governed branches; on the scratch branch it must be for that one too. */
async function nameDestination(
  { facts, deps, signal }: CanaryPatient,
  hook: GateHook,
  files: readonly ActionFile[],
  destination: string,
): Promise<Attempt | null> {
  if (asks(hook, 'pre-merge', destination)) return null;
  const text = files.find(({ path }) => path === hook.path)?.text ?? '';
  const bytes = new TextEncoder().encode(withBranch(text, destination));
  await deps.writer.upload({ repository: facts.id, branch: destination, path: hook.path, bytes }, signal);
  const message = 'sluice doctor: the action file, for the canary too';
  const outcome = await deps.writer.commit({ repository: facts.id, branch: destination, message }, signal);
  return outcome.kind === 'done' ? null : { outcome, log: await logOf(outcome, { facts, deps, signal }, hook) };
}

async function attempt(
  { patient, hook, destination, source, path }: Canary,
  orders: string,
  metadata: Readonly<Record<string, string>>,
): Promise<Attempt> {
  const { facts, deps, signal } = patient;
  const repository = facts.id;
  const bytes = new TextEncoder().encode(orders);
  await deps.writer.upload({ repository, branch: source, path, bytes }, signal);
  const committed = await deps.writer.commit({ repository, branch: source, message: 'sluice doctor: canary' }, signal);
  if (committed.kind !== 'done') return { outcome: committed, log: await logOf(committed, patient, hook) };
  const timeoutMs = hook.timeoutMs + MERGE_MARGIN_MS;
  const message = 'sluice doctor: canary';
  const outcome = await deps.writer.merge({ repository, source, destination, message, metadata, timeoutMs }, signal);
  return { outcome, log: await logOf(outcome, patient, hook) };
}

function logOf(
  outcome: ChangeOutcome,
  { facts, deps, signal }: CanaryPatient,
  hook: GateHook,
): Promise<HookLog | null> {
  const repository = facts.id;
  if (outcome.kind === 'done') {
    return logOfMerge({ repository, mergeCommit: outcome.commitId, hook }, deps.reader, signal);
  }
  if (outcome.kind !== 'hook-refused' || outcome.runId === null) return Promise.resolve(null);
  return logOfRun({ repository, runId: outcome.runId, hook }, deps.reader, signal);
}

/** Whether it was this server that decided, and how often it was asked. */
async function whose(
  { bad, good }: Flight,
  repository: string,
  records: DecisionRecords | null,
  signal: AbortSignal,
): Promise<Readonly<Record<'canary-server' | 'canary-repeats', Told>>> {
  const logs = [bad.log, good?.log].flatMap((log) =>
    log?.decisionId != null && log.mergeCommit !== null ? [{ ...log, mergeCommit: log.mergeCommit }] : [],
  );
  if (logs.length === 0) return { 'canary-server': NOT_TRIED, 'canary-repeats': NOT_TRIED };
  if (records === null) return { 'canary-server': NO_RECORDS, 'canary-repeats': NO_RECORDS };
  try {
    const found = await Promise.all(logs.map((log) => records.ofMergeCommit(repository, log.mergeCommit, signal)));
    const isOurs = found.every((decisions, index) => decisions.some(({ id }) => id === logs[index]?.decisionId));
    const most = Math.max(...found.map((decisions) => decisions.length));
    return {
      'canary-server': isOurs ? { level: 'ok', detail: `its decisions are in ${records.where}` } : stranger(records),
      'canary-repeats': isOurs ? repeats(most) : NO_RECORDS,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { 'canary-server': couldNotTell(error), 'canary-repeats': couldNotTell(error) };
  }
}

const NO_RECORDS: Told = {
  level: 'warn',
  detail: 'a Sluice decided; its records are not at hand, so which one, and how often it was asked, is not known',
  fix: 'Run sluice doctor where sluice serve runs, in its folder or with its SLUICE_STATE_DIR, or give --server and its console port.',
};

function stranger({ where, certain }: DecisionRecords): Told {
  return {
    level: certain ? 'fail' : 'warn',
    detail: `a Sluice decided, but its decision is not in ${where}: lakeFS asks another server than this one`,
    fix: 'Mend the address in the action file, or look at the other server.',
  };
}

function repeats(most: number): Told {
  if (most <= 1) return { level: 'ok', detail: 'each merge was asked about once' };
  return {
    level: 'warn',
    detail: `one merge was asked about ${most} times: something between lakeFS and Sluice repeats requests`,
    fix: 'Switch off retries of POST requests in the proxy before Sluice (for nginx: proxy_next_upstream off).',
  };
}
