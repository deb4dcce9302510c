import { type Problem, SluiceError } from '../../core/problem.ts';

/** `unknown`: it could not be told, which is never as good as `ok`. */
export type Level = 'ok' | 'warn' | 'fail' | 'unknown';

/** Everything that is looked at, in the order in which it is told. docs/doctor.md has a row for each. */
export const FINDING_TITLES = {
  'server-settings': 'settings of the server',
  'state-directory': 'state directory',
  'state-disk': 'disk of the state',
  'state-space': 'room for the state',
  engine: 'engine is locked down',
  'lakefs-reachable': 'lakeFS answers',
  clock: 'clocks agree',
  credentials: 'keys of lakeFS',
  'lakefs-version': 'version of lakeFS',
  repositories: 'repositories',
  repository: 'repository',
  leftovers: 'scratch branches left',
  permissions: 'what the keys may do',
  'gateway-signed': 'S3 gateway, signed',
  'gateway-unsigned': 'S3 gateway, unsigned',
  contracts: 'contracts',
  'action-file': 'action file',
  'action-valid': 'action files are valid',
  'action-address': 'address of the hook',
  'action-token': 'token of the hook',
  'action-timeouts': 'timeouts of the hook',
  'action-events': 'events of the hook',
  'action-branches': 'governed branches',
  'open-branches': 'open branches',
  'branch-protection': 'branch protection',
  'judged-commits': 'commits were judged',
  'canary-blocks': 'canary: bad data',
  'canary-passes': 'canary: good data',
  'canary-server': 'canary: this server',
  'canary-repeats': 'canary: repeats',
} as const satisfies Readonly<Record<string, string>>;

export type FindingId = keyof typeof FINDING_TITLES;

export interface Finding {
  readonly id: FindingId;
  /** Null for what is not about one repository. */
  readonly repository: string | null;
  readonly level: Level;
  readonly title: string;
  /** What was seen. */
  readonly detail: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
  /** What `detail` counts, all of it. */
  readonly items?: readonly string[];
}

/** A finding without its name. */
export interface Told {
  readonly level: Level;
  readonly detail: string;
  readonly fix?: string | undefined;
  readonly items?: readonly string[] | undefined;
}

/** What a finding is about. */
export interface About {
  readonly id: FindingId;
  readonly repository: string | null;
}

/** Looks, and never rejects but for the caller's signal: what could not be looked at is `unknown`, with the reason. */
export async function find(about: About, signal: AbortSignal, look: () => Promise<Told> | Told): Promise<Finding> {
  try {
    return finding(about, await look());
  } catch (error) {
    signal.throwIfAborted();
    return finding(about, couldNotTell(error));
  }
}

export function finding({ id, repository }: About, { level, detail, fix, items }: Told): Finding {
  const title = FINDING_TITLES[id];
  return { id, repository, level, title, detail, fix: fix ?? null, ...(items === undefined ? {} : { items }) };
}

/** A failure to look, as a finding. */
export function couldNotTell(error: unknown): Told {
  const { message, hint } = problemOf(error);
  return { level: 'unknown', detail: message, fix: hint };
}

/** For what must work: the same failure is a fault by itself. */
export function failed(error: unknown): Told {
  return { ...couldNotTell(error), level: 'fail' };
}

function problemOf(error: unknown): Pick<Problem, 'message' | 'hint'> {
  if (error instanceof SluiceError) return error.problem;
  return { message: error instanceof Error ? error.message : String(error) };
}

export type Verdict = 'ok' | 'fail' | 'unknown';

/** A failure decides; else doubt does. Warnings do not. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ level }) => level === 'fail')) return 'fail';
  return findings.some(({ level }) => level === 'unknown') || findings.length === 0 ? 'unknown' : 'ok';
}

/** `main, etl-1 and 3 more`. */
export function named(names: readonly string[], most = 10): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
