import { setTimeout as sleep } from 'node:timers/promises';
import type { HookRun, RepositoryReader } from '../repository-ports.ts';
import type { GateHook } from './gate-hooks.ts';

/** What lakeFS kept of one call of the hook. */
export interface HookLog {
  /** Of the merge that was asked about; null when the request cannot be read. */
  readonly mergeCommit: string | null;
  /** Null when nobody answered. */
  readonly status: number | null;
  /** The decision of the Sluice that answered; null when none did. */
  readonly decisionId: string | null;
  readonly contentType: string;
  readonly body: string;
  /** The transport's words; null when there was an answer. */
  readonly error: string | null;
}

type Reader = Pick<RepositoryReader, 'actionRuns' | 'hookRuns' | 'hookOutput'>;

/** lakeFS writes its records after it has answered. */
const PATIENCE_MS = 6_000;
const PAUSE_MS = 150;

/** The log of a run; null when lakeFS has none of this hook. */
export async function logOfRun(
  { repository, runId, hook }: { readonly repository: string; readonly runId: string; readonly hook: GateHook },
  reader: Reader,
  signal: AbortSignal,
): Promise<HookLog | null> {
  const run = await patiently(async () => {
    const runs = await reader.hookRuns(repository, runId, signal).catch(notThere);
    return runs.find((one) => isOf(one, hook)) ?? null;
  }, signal);
  if (run === null || run.status === 'skipped') return null;
  const request = { repository, runId, hookRunId: run.hookRunId };
  const output = await patiently(() => reader.hookOutput(request, signal).catch(() => null), signal);
  return output === null ? null : parseHookOutput(output);
}

/** The log of the pre-merge run that let this commit in; null when there was none. */
export async function logOfMerge(
  {
    repository,
    mergeCommit,
    hook,
  }: { readonly repository: string; readonly mergeCommit: string; readonly hook: GateHook },
  reader: Reader,
  signal: AbortSignal,
): Promise<HookLog | null> {
  const run = await patiently(async () => {
    const runs = await reader.actionRuns(repository, mergeCommit, signal).catch(notThere);
    return runs.find(({ eventType }) => eventType === 'pre-merge') ?? null;
  }, signal);
  return run === null ? null : logOfRun({ repository, runId: run.runId, hook }, reader, signal);
}

function isOf(run: HookRun, { action, hookId }: GateHook): boolean {
  return run.action === action && run.hookId === hookId;
}

function notThere(): readonly never[] {
  return [];
}

async function patiently<T>(look: () => Promise<T | null>, signal: AbortSignal): Promise<T | null> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    signal.throwIfAborted();
    if (found !== null || Date.now() > until) return found;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

const ANSWER = /\nResponse:\nHTTP\/[\d.]+ (\d{3})[^\r\n]*\r?\n(.*?)\r?\n\r?\n(.*)$/s;
/** Anything can stand in an answer that is not ours. */
const DECISION_ID = /^[0-9a-z]{8,64}$/;

/** Reads the text that lakeFS writes of a webhook's request and answer. */
export function parseHookOutput(output: string): HookLog {
  const [, status, headers = '', rest = ''] = ANSWER.exec(output) ?? [];
  const decisionId = headerOf(headers, 'x-sluice-decision');
  const failure = /(?:^|\n)Error: ([^\n]*)\n?$/.exec(output)?.[1] ?? null;
  return {
    mergeCommit: mergeCommitOf(output),
    status: status === undefined ? null : Number(status),
    decisionId: DECISION_ID.test(decisionId) ? decisionId : null,
    contentType: headerOf(headers, 'content-type'),
    body: plainBody(rest.replace(/Error: [^\n]*\n$/, ''), headers),
    error: status === undefined ? (failure ?? 'no answer') : null,
  };
}

/** lakeFS writes a chunked body as it came, lengths and all. */
function plainBody(text: string, headers: string): string {
  if (!/chunked/i.test(headerOf(headers, 'transfer-encoding'))) return text;
  return text.replace(/(?:^|\r\n)[0-9a-f]+\r\n/gi, '').trimEnd();
}

function headerOf(headers: string, name: string): string {
  const line = headers.split(/\r?\n/).find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

function mergeCommitOf(output: string): string | null {
  const body = /\nRequest Body:\n(\{.*\})\n/.exec(output)?.[1];
  try {
    const { commit_id: commit } = JSON.parse(body ?? '{}') as { readonly commit_id?: unknown };
    return typeof commit === 'string' ? commit : null;
  } catch {
    return null;
  }
}
