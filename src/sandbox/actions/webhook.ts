import type { SandboxHookEvent } from '../hooks-port.ts';
import type { ActionHook } from './action-file.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { parseTarget, withQuery } from './go-url.ts';
import { canonicalName, type HeaderLines } from './headers.ts';
import { type Post, post } from './http-client.ts';
import { type Delivery, hookPayload } from './payload.ts';
import { dumpResponse } from './response-dump.ts';
import { resolveSecret, type SecretSource, type SecretText } from './secrets.ts';
import type { Transport } from './transport.ts';
import type { YamlValue } from './yaml-decode.ts';

/** A webhook with its secrets filled in. */
export interface Webhook {
  readonly url: string;
  readonly query: readonly (readonly [name: string, value: SecretText])[];
  readonly headers: readonly (readonly [name: string, value: SecretText])[];
  /** Zero or less: no limit. */
  readonly timeoutMilliseconds: number;
}

export type PreparedWebhook =
  | { readonly ok: true; readonly webhook: Webhook }
  | { readonly ok: false; readonly message: string };

/** What one call came to: `error` is null when the hook approved. */
export interface WebhookResult {
  readonly error: string | null;
  /** The hook's output up to here, byte for byte. */
  readonly log: Buffer;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 60_000;
const CONTENT_TYPE: readonly [string, SecretText] = [
  'Content-Type',
  { value: 'application/json', shown: 'application/json' },
];

/**
 * Reads the properties of a webhook and fills in its secrets. What is wrong here ends the operation with status 500
 * before any hook runs; a timeout that is no text is passed over (recording 23).
 */
export function prepareWebhook(hook: ActionHook, secrets: SecretSource): PreparedWebhook {
  const url = hook.properties.get('url');
  if (typeof url !== 'string') return wrongFormat('webhook url must be string');
  const query = readTexts(hook.properties.get('query_params'), secrets, QUERY_PARAMS);
  if (!query.ok) return refusal(`extracting query params: ${query.message}`);
  const headers = readTexts(hook.properties.get('headers'), secrets, HEADERS);
  if (!headers.ok) return refusal(`extracting headers: ${headers.message}`);
  const timeout = hook.properties.get('timeout');
  const limit = typeof timeout === 'string' && timeout !== '' ? parseDuration(timeout) : null;
  if (limit?.ok === false) return refusal(`webhook request duration: ${limit.message}`);
  const timeoutMilliseconds = limit === null ? DEFAULT_TIMEOUT_MILLISECONDS : limit.nanoseconds / 1e6;
  return { ok: true, webhook: { url, query: query.texts, headers: headers.texts, timeoutMilliseconds } };
}

/** Calls the webhook and writes its log as lakeFS does. Never rejects. */
export async function callWebhook(
  transport: Transport,
  webhook: Webhook,
  event: SandboxHookEvent,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<WebhookResult> {
  const log: Buffer[] = [];
  const write = (text: string | Buffer): void => {
    log.push(Buffer.from(text));
  };
  const done = (error: string | null): WebhookResult => ({ error, log: Buffer.concat(log) });
  const payload = hookPayload(event, delivery);
  write(`Request:\nPOST ${webhook.url}\n`);
  const parsed = parseTarget(webhook.url);
  if (parsed.kind === 'unparsable') return done(parsed.message);
  const headers = [...webhook.headers.filter(([name]) => name !== CONTENT_TYPE[0]), CONTENT_TYPE];
  write(`Query Params:\n${shownLines(webhook.query)}Headers:\n${shownLines(headers)}Request Body:\n${payload}\n\n`);
  if (parsed.kind === 'unsendable') {
    write(`\nRequest duration: ${formatDuration(0n)}\n`);
    return done(`Post ${parsed.message}`);
  }
  const call: Post = {
    target: withQuery(parsed.target, plainLines(webhook.query)),
    headers: plainLines(headers).map(([name, value]) => [canonicalName(name), value] as const),
    body: Buffer.from(payload),
    timeoutMilliseconds: webhook.timeoutMilliseconds,
    signal,
  };
  const result = await post(transport, call);
  write(`\nRequest duration: ${formatDuration(result.elapsedNanoseconds)}\n`);
  if (!result.ok) return done(result.message);
  const { status, body } = result.answer;
  write('\nResponse:\n');
  write(body.ok ? dumpResponse(result.answer, body.bytes) : `Failed dumping response: ${body.message}`);
  return done(status >= 200 && status < 300 ? null : `webhook request failed (status code: ${status})`);
}

function shownLines(lines: readonly (readonly [string, SecretText])[]): string {
  return lines.map(([name, { shown }]) => `${name}: ${shown}\n`).join('');
}

function plainLines(lines: readonly (readonly [string, SecretText])[]): HeaderLines {
  return lines.map(([name, { value }]) => [name, value]);
}

/** How lakeFS complains about the one kind of texts and the other. */
interface Wording {
  readonly whole: string;
  readonly item: string;
  readonly secret: string;
  /** What it says about a list that holds something else than texts; null where a list is not taken at all. */
  readonly listItem: string | null;
}

const QUERY_PARAMS: Wording = {
  whole: 'unsupported query params',
  item: 'query params single value should be of type string',
  secret: 'reading query param',
  listItem: 'query params array should contains only strings',
};
const HEADERS: Wording = {
  whole: 'unsupported headers',
  item: 'headers array should contains only strings',
  secret: 'reading header',
  listItem: null,
};

type ReadTexts =
  | { readonly ok: true; readonly texts: readonly (readonly [string, SecretText])[] }
  | { readonly ok: false; readonly message: string };

function readTexts(written: YamlValue | undefined, secrets: SecretSource, wording: Wording): ReadTexts {
  if (written === undefined) return { ok: true, texts: [] };
  if (!(written instanceof Map)) return wrongFormat(wording.whole);
  const texts: (readonly [string, SecretText])[] = [];
  for (const [name, value] of written as ReadonlyMap<string, YamlValue>) {
    const items = wording.listItem !== null && isList(value) ? value : null;
    const complaint = items === null ? wording.item : (wording.listItem ?? '');
    for (const item of items ?? [value]) {
      if (typeof item !== 'string') return wrongFormat(complaint);
      const resolved = resolveSecret(item, secrets);
      if (!resolved.ok) return refusal(`${wording.secret}: ${resolved.message}`);
      texts.push([name, resolved.text]);
    }
  }
  return { ok: true, texts };
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

function wrongFormat(message: string): { readonly ok: false; readonly message: string } {
  return refusal(`${message}: webhook wrong format`);
}

function refusal(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
