import type { ChangeOutcome } from '../repository-ports.ts';
import { CANARY_FOLDER, CANARY_TABLE } from './canary-contract.ts';
import { couldNotTell, type Told } from './finding.ts';
import type { GateHook } from './gate-hooks.ts';
import type { HookLog } from './hook-log.ts';

/** One merge of the canary, and what lakeFS kept of the hook's answer. */
export interface Attempt {
  readonly outcome: ChangeOutcome;
  /** Null when lakeFS asked no hook, or kept nothing of it. */
  readonly log: HookLog | null;
}

/** Bad data must be refused, by a Sluice, for what it is. */
export function judgeBad(attempt: Attempt, hook: GateHook): Told {
  const { outcome, log } = attempt;
  if (outcome.kind === 'done') return { level: 'fail', ...gotIn('bad data got in', log, hook) };
  if (isRejection(log)) {
    return { level: 'ok', detail: `refused with 412, by decision ${log?.decisionId} for its data` };
  }
  return notMerged(attempt, hook);
}

/** Good data must be merged, by a Sluice, also when the hook's body is large. */
export function judgeGood(attempt: Attempt, hook: GateHook): Told {
  const { outcome, log } = attempt;
  if (outcome.kind !== 'done') return notMerged(attempt, hook);
  if (log?.status === 200 && log.decisionId !== null) {
    return { level: 'ok', detail: `merged, by decision ${log.decisionId}` };
  }
  return { level: 'fail', ...gotIn('good data was merged, but not by Sluice', log, hook) };
}

/** True for a rejection that is about the canary's own data. */
export function isRejection(log: HookLog | null): boolean {
  if (log?.status !== 422 || log.decisionId === null) return false;
  return log.body.includes(CANARY_TABLE) || log.body.includes(CANARY_FOLDER);
}

/** A merge that lakeFS could not even try: with what it says of the hook, or as doubt. */
export function judgeFailure(error: unknown): Told {
  const told = couldNotTell(error);
  return /hook aborted|missing env var/.test(told.detail) ? { level: 'fail', ...refusedByLakefs(told.detail) } : told;
}

type Words = Pick<Told, 'detail' | 'fix'>;

const ITS_OWN_ADDRESS =
  'Write the address of the hook port itself into the action file: lakeFS follows redirects and takes any 2xx for an approval.';

function gotIn(what: string, log: HookLog | null, hook: GateHook): Words {
  if (log === null) {
    return {
      detail: `${what}: lakeFS asked no hook before it merged`,
      fix: 'Look at `on: pre-merge` and `if` of the action file; sluice init writes one that is asked.',
    };
  }
  if (log.decisionId !== null) {
    return {
      detail: `${what}: a Sluice let it pass (decision ${log.decisionId}): ${firstWords(log.body)}`,
      fix: 'That server does not judge canaries: run the same version there as here.',
    };
  }
  const page = log.contentType.startsWith('text/html') ? ' with a web page' : '';
  return {
    detail: `${what}: ${hook.url} answers ${log.status ?? 'nothing'}${page} to anything; that is no Sluice but a login page, a health page or another server`,
    fix: ITS_OWN_ADDRESS,
  };
}

/** Nothing got in, and yet not because the data was judged. */
function notMerged({ outcome, log }: Attempt, hook: GateHook): Told {
  if (outcome.kind === 'conflict' || outcome.kind === 'no-changes') {
    return {
      level: 'unknown',
      detail: `lakeFS would not merge the canary: ${flat(outcome.message)}`,
      fix: 'Run sluice doctor again.',
    };
  }
  if (outcome.kind === 'refused') return { level: 'fail', ...refusedByLakefs(outcome.message) };
  const message = outcome.kind === 'hook-refused' ? outcome.message : '';
  if (log === null)
    return { level: 'fail', detail: `blocked, and lakeFS kept no answer of the hook: ${flat(message)}` };
  if (log.error !== null) return { level: 'fail', ...unanswered(log.error, hook) };
  return { level: 'fail', ...(log.decisionId === null ? answeredByOther(log, hook) : answeredBySluice(log)) };
}

function refusedByLakefs(message: string): Words {
  const text = flat(message);
  if (/missing env var/i.test(text)) {
    return {
      detail: `lakeFS could not fill in the token: ${/(\w+) not found: missing env var/.exec(text)?.[1] ?? 'a variable'} is not in its environment`,
      fix: 'Set the variable that the action file names in the environment of the lakeFS server, and restart it.',
    };
  }
  return {
    detail: `lakeFS refused before it asked the hook: ${text}`,
    fix: 'See the findings about the keys and the action file.',
  };
}

/** lakeFS's transport is Go's; these are its words. */
const TRANSPORT: readonly (readonly [RegExp, string, string])[] = [
  [
    /connection refused/,
    'nobody listens there (connection refused)',
    'Start sluice serve, or mend the address; it must be reachable from the lakeFS server.',
  ],
  [
    /no such host|server misbehaving/,
    'lakeFS does not know that host',
    'Write a host name that the lakeFS server can resolve.',
  ],
  [
    /x509|certificate|tls:/,
    'lakeFS does not trust its certificate',
    'Give lakeFS the certificate authority, or use http inside a private network.',
  ],
  [
    /deadline exceeded|Client\.Timeout|timeout/i,
    'no answer within the timeout of the hook',
    'See whether a firewall drops the connection, and whether Sluice is overloaded.',
  ],
  [
    /reset by peer|EOF|broken pipe/,
    'the connection broke off before there was an answer',
    'Look for a proxy that ends connections early, and at the log of Sluice.',
  ],
  [
    /unsupported protocol scheme|missing protocol|invalid (?:URL|port)/,
    'the address is no http address',
    'Mend `url` in the action file.',
  ],
  [/redirects/, 'the address redirects in a circle', ITS_OWN_ADDRESS],
];

function unanswered(error: string, { url }: GateHook): Words {
  const known = TRANSPORT.find(([pattern]) => pattern.test(error));
  if (known === undefined)
    return { detail: `blocked, but ${url} gave no answer: ${flat(error)}`, fix: ITS_OWN_ADDRESS };
  const [, why, fix] = known;
  return { detail: `blocked, but not by Sluice: ${url}: ${why}`, fix };
}

const OTHER: Readonly<Record<number, readonly [string, string]>> = {
  401: [
    'the token was refused (401)',
    "Give lakeFS's variable the same text as SLUICE_HOOK_TOKEN, restart lakeFS, and see that no proxy takes the Authorization header away.",
  ],
  403: ['something on the way refused (403)', 'Look for a proxy or firewall that guards the hook port.'],
  404: ['nothing is served under that path (404)', 'End the address in /hooks/lakefs, and let a proxy keep the path.'],
  405: ['POST is not taken there (405): a redirect made it a GET, or it is another server', ITS_OWN_ADDRESS],
  413: ['the hook was refused for its size (413)', 'Let the proxy before Sluice take bodies of 64 KiB and more.'],
  422: ['something that is no Sluice answers 422', ITS_OWN_ADDRESS],
  502: ['a proxy cannot reach Sluice (502)', 'Start sluice serve, or mend the address that the proxy passes on to.'],
  503: ['a proxy has no Sluice to ask (503), or Sluice failed', 'See the log of Sluice, and that of the proxy.'],
  504: ['a proxy gave up waiting for Sluice (504)', "Let the proxy wait longer than the hook's timeout."],
};

function answeredByOther({ status, body }: HookLog, { url }: GateHook): Words {
  const known = OTHER[status ?? 0];
  if (known === undefined) {
    return {
      detail: `blocked, but not by Sluice: ${url} answers ${status}: ${firstWords(body)}`,
      fix: ITS_OWN_ADDRESS,
    };
  }
  return { detail: `blocked, but not for the data: ${url}: ${known[0]}`, fix: known[1] };
}

function answeredBySluice({ status, body, decisionId }: HookLog): Words {
  return {
    detail: `blocked, but not as it should: decision ${decisionId} answered ${status}: ${firstWords(body)}`,
    fix: `sluice report ${decisionId} tells why, where the records are.`,
  };
}

/** The beginning of an answer, which may be a page. */
function firstWords(body: string): string {
  const text = flat(body.replace(/<[^>]*>/g, ' '));
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
