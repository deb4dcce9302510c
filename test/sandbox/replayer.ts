import type { ServerResponse } from 'node:http';
import { compareAnswer, compareJson, type Mismatch } from './compare.ts';
import type { MadeUp } from './made-up.ts';
import { bodyBytes, type Exchange, type Recording } from './recording.ts';
import type { Delivery, ScriptedHooks } from './scripted-hooks.ts';
import { type Answer, basic, type Call, type Keys, send, signed } from './wire.ts';

/** The server under replay and what the replay knows beside the recording. */
export interface Stage extends Keys {
  readonly url: string;
  /** Shared by recordings that follow one another on one server (01 to 05). */
  readonly madeUp: MadeUp;
  /** Answers the recorded hook deliveries; only recordings with any need it. */
  readonly hooks?: ScriptedHooks;
  /** By exchange number: what the recorder left out of a request (secrets, headers). */
  readonly patches?: Readonly<Record<number, RequestPatch>>;
  /** By exchange number: what happened outside HTTP before the request, e.g. bytes written to the object store. */
  readonly before?: Readonly<Record<number, () => void | Promise<void>>>;
  /** By exchange number: hook answers that are no plain HTTP answer. */
  readonly answers?: Readonly<Record<number, (response: ServerResponse) => void>>;
}

interface RequestPatch {
  readonly headers?: Readonly<Record<string, string>>;
  readonly keys?: Keys;
  readonly body?: Buffer;
}

/**
 * Plays a recording against a server, in order: requests as they were recorded (ids put in the server's own, signed
 * anew), answers and hook deliveries compared. A hook delivery is recorded before the request that caused it is
 * answered; so the next request that can cause it is started, and its answer read when its turn comes.
 *
 * @returns every difference, none when the server behaves as the recorded one did
 */
export async function replay(recording: Recording, stage: Stage): Promise<readonly Mismatch[]> {
  const play: Play = { recording, stage, started: new Map(), open: [] };
  const mismatches: Mismatch[] = [];
  for (const [index, exchange] of recording.exchanges.entries()) {
    const found = exchange.to === 'hook' ? playDelivery(play, index, exchange) : playRequest(play, index, exchange);
    mismatches.push(...(await found));
  }
  release(play);
  for (const { path, body } of stage.hooks?.waiting ?? []) {
    mismatches.push({ exchange: -1, field: 'unrecorded delivery', recorded: undefined, ours: `${path} ${body}` });
  }
  return mismatches;
}

/** Resolves in the next second of the clock: equal commits made in one second are one commit. */
export async function nextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1005 - (Date.now() % 1000)));
}

interface Play {
  readonly recording: Recording;
  readonly stage: Stage;
  /** Requests under way or answered, by exchange number. */
  readonly started: Map<number, Promise<Answer>>;
  /** Deliveries that have not been answered yet. */
  readonly open: { readonly index: number; readonly delivery: Delivery }[];
}

async function playRequest(play: Play, index: number, exchange: Exchange): Promise<readonly Mismatch[]> {
  await start(play, index);
  if (isCause(exchange)) release(play);
  const answer = await play.started.get(index);
  return answer === undefined ? [] : compareAnswer(exchange, index, answer, play.stage.madeUp);
}

async function playDelivery(play: Play, index: number, exchange: Exchange): Promise<readonly Mismatch[]> {
  const early = causedByOpenRequest(exchange);
  const cause = early ? causeOf(play, index) : null;
  if (cause !== null) await start(play, cause);
  release(play);
  const delivery = await hooksOf(play.stage).next((waiting) => fits(waiting, exchange));
  if (delivery !== null) play.open.push({ index, delivery });
  if (!early) release(play);
  return compareDelivery(exchange, index, delivery, play.stage);
}

/** Answers every open delivery: whatever comes next in the recording came after. */
function release({ recording, stage, open }: Play): void {
  for (const { index, delivery } of open.splice(0)) answerDelivery(recording, index, delivery, stage);
}

/** A post-event follows its request; everything else comes while its request waits. */
function causedByOpenRequest(exchange: Exchange): boolean {
  return !String(deliveredJson(exchange)['event_type'] ?? '').startsWith('post-');
}

/** The request that waits for this hook: the next one that moves something, unless it is under way already. */
function causeOf({ recording, started }: Play, from: number): number | null {
  for (const [offset, exchange] of recording.exchanges.slice(from).entries()) {
    if (exchange.to === 'lakefs' && isCause(exchange)) return started.has(from + offset) ? null : from + offset;
    if (exchange.to === 'lakefs' && started.has(from + offset)) return null;
  }
  return null;
}

/** Requests that make lakeFS call pre-hooks. */
function isCause({ request: { method, path } }: Exchange): boolean {
  if (method === 'POST') return /\/(?:merge\/[^/]+|branches|tags|commits|revert|cherry-pick)$/.test(path);
  if (method === 'DELETE') return /\/(?:branches|tags)\/[^/]+$/.test(path);
  return method === 'PUT' && /\/pulls\/[^/]+\/merge$/.test(path);
}

async function start({ recording, stage, started }: Play, index: number): Promise<void> {
  const exchange = recording.exchanges[index];
  if (exchange === undefined || started.has(index)) return;
  await stage.before?.[index]?.();
  const answer = send(stage.url, callOf(exchange, index, stage));
  // Read later; a failure belongs to whoever reads it then.
  answer.catch(() => {});
  started.set(index, answer);
}

function callOf({ request }: Exchange, index: number, stage: Stage): Call {
  const patch = stage.patches?.[index];
  const keys = patch?.keys ?? stage;
  const authorization = request.headers['Authorization'] ?? '';
  const kept = Object.entries(request.headers).filter(([name]) =>
    /^(?:content-type|range|if-|x-amz-meta-)/i.test(name),
  );
  const translated = Buffer.from(
    request.body !== null && 'json' in request.body
      ? stage.madeUp.translate(JSON.stringify(request.body.json))
      : bodyBytes(request.body),
  );
  const body = patch?.body ?? translated;
  const length: Record<string, string> = body.length > 0 ? { 'content-length': String(body.length) } : {};
  const call: Call = {
    method: request.method,
    path: stage.madeUp.translate(request.path),
    headers: { ...Object.fromEntries(kept), ...length, ...patch?.headers },
    body,
  };
  if (authorization.startsWith('AWS4')) return signed(stage.url, call, keys);
  if (authorization.startsWith('Basic')) return { ...call, headers: { ...call.headers, authorization: basic(keys) } };
  return call;
}

function hooksOf(stage: Stage): ScriptedHooks {
  if (stage.hooks === undefined) throw new Error('this recording has hook deliveries: give it scripted hooks');
  return stage.hooks;
}

/** Hooks of several actions come in any order, so the payload's own words pick the recorded one. */
function fits(delivery: Delivery, exchange: Exchange): boolean {
  if (delivery.path !== exchange.request.path || delivery.method !== exchange.request.method) return false;
  const [ours, recorded] = [deliveredJson({ request: { body: { json: parsed(delivery) } } }), deliveredJson(exchange)];
  return ['event_type', 'action_name', 'hook_id', 'merge_source'].every((key) => ours[key] === recorded[key]);
}

function compareDelivery(
  exchange: Exchange,
  index: number,
  delivery: Delivery | null,
  { madeUp }: Stage,
): readonly Mismatch[] {
  if (delivery === null) {
    return [{ exchange: index, field: 'delivery', recorded: deliveredJson(exchange), ours: 'no such delivery' }];
  }
  const found: Mismatch[] = [];
  const report = (field: string, recorded: unknown, ours: unknown) =>
    found.push({ exchange: index, field, recorded, ours });
  compareJson(deliveredJson(exchange), parsed(delivery), 'payload', madeUp, report);
  for (const [name, value] of Object.entries(exchange.request.headers)) {
    const ours = delivery.headers[name.toLowerCase()];
    if (!madeUp.sameText(value, String(ours))) report(`header ${name.toLowerCase()}`, value, ours);
  }
  return found;
}

function answerDelivery(recording: Recording, index: number, { response }: Delivery, stage: Stage): void {
  const special = stage.answers?.[index];
  if (special !== undefined) {
    special(response);
    return;
  }
  const { status = 200, headers = {}, body = null } = recording.exchanges[index]?.response ?? {};
  const bytes = bodyBytes(body);
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'Content-Length': String(bytes.length) }) });
  response.end(bytes);
}

function deliveredJson(exchange: { readonly request: Pick<Exchange['request'], 'body'> }): Record<string, unknown> {
  const { body } = exchange.request;
  return body !== null && 'json' in body ? Object.fromEntries(Object.entries(body.json ?? {})) : {};
}

function parsed(delivery: Delivery): unknown {
  try {
    return JSON.parse(delivery.body.toString('utf8'));
  } catch {
    return {};
  }
}
