import type { MadeUp } from './made-up.ts';
import { bodyBytes, cutText, type Exchange, type RecordedBody } from './recording.ts';
import type { Answer } from './wire.ts';

/** One place where the stand-in does not say what lakeFS said. */
export interface Mismatch {
  readonly exchange: number;
  /** `status`, `header etag`, `body.results[0].path`, ... */
  readonly field: string;
  readonly recorded: unknown;
  readonly ours: unknown;
}

type Report = (field: string, recorded: unknown, ours: unknown) => void;

/** Seconds since 1970, whatever the server's clock said. */
const TIME_FIELDS = new Set(['mtime', 'creation_date']);
/** Follows from the body, or from how the answer travels. */
const SKIPPED_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']);

/** Compares status, headers and body, in that order. */
export function compareAnswer(exchange: Exchange, index: number, answer: Answer, madeUp: MadeUp): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const report: Report = (field, recorded, ours) => found.push({ exchange: index, field, recorded, ours });
  const recorded = exchange.response ?? {};
  if (recorded.status !== answer.status) report('status', recorded.status, answer.status);
  compareBody(recorded.body ?? null, answer, exchange, madeUp, report);
  compareHeaders(recorded.headers ?? {}, answer, exchange, madeUp, report);
  return found;
}

/** Compares two JSON values; made-up parts of texts map, times need only be times. */
export function compareJson(recorded: unknown, ours: unknown, field: string, madeUp: MadeUp, report: Report): void {
  if (Array.isArray(recorded) && Array.isArray(ours) && recorded.length === ours.length) {
    for (const [index, value] of recorded.entries())
      compareJson(value, ours[index], `${field}[${index}]`, madeUp, report);
  } else if (isRecord(recorded) && isRecord(ours)) {
    // The order of keys is part of what a byte-for-byte client sees.
    if (Object.keys(recorded).join() !== Object.keys(ours).join())
      report(field, Object.keys(recorded), Object.keys(ours));
    for (const key of Object.keys(recorded)) compareJson(recorded[key], ours[key], `${field}.${key}`, madeUp, report);
  } else if (!sameScalar(recorded, ours, field, madeUp)) {
    report(field, recorded, ours);
  }
}

function sameScalar(recorded: unknown, ours: unknown, field: string, madeUp: MadeUp): boolean {
  const name = /[^.[\]]+$/.exec(field)?.[0] ?? '';
  if (TIME_FIELDS.has(name) && typeof recorded === 'number') return Number.isInteger(ours);
  if (typeof recorded === 'string' && typeof ours === 'string') return madeUp.sameText(recorded, ours);
  return recorded === ours;
}

function compareBody(recorded: RecordedBody, answer: Answer, exchange: Exchange, madeUp: MadeUp, report: Report): void {
  if (recorded !== null && 'json' in recorded) {
    compareJson(recorded.json, parsed(answer.body), 'body', madeUp, report);
  } else if (recorded !== null && 'text' in recorded) {
    compareText(recorded.text, answer.body.toString('utf8'), madeUp, report);
  } else if (exchange.request.method !== 'HEAD' && !answer.body.equals(bodyBytes(recorded))) {
    report('body', recorded, answer.body.toString('utf8'));
  }
}

/** Of a text that the recorder cut, the beginning and the length; durations in it may be a few digits longer. */
function compareText(recorded: string, ours: string, madeUp: MadeUp, report: Report): void {
  const cut = cutText(recorded);
  if (cut === null) {
    if (!madeUp.sameText(recorded, ours)) report('body', recorded, ours);
    return;
  }
  if (Math.abs(cut.bytes - Buffer.byteLength(ours)) > 16) report('body length', cut.bytes, Buffer.byteLength(ours));
  if (!madeUp.sameText(cut.start.slice(0, 2000), ours.slice(0, 2000))) report('body', cut.start, ours.slice(0, 2000));
}

function compareHeaders(
  recorded: Readonly<Record<string, string>>,
  answer: Answer,
  exchange: Exchange,
  madeUp: MadeUp,
  report: Report,
): void {
  const theirs = new Map(Object.entries(recorded).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of theirs) {
    const ours = answer.headers.get(name);
    // Without a body to compare, the length is all there is.
    const skipped = SKIPPED_HEADERS.has(name) && !(name === 'content-length' && exchange.request.method === 'HEAD');
    if (!skipped && (ours === undefined || !madeUp.sameText(value, ours))) report(`header ${name}`, value, ours);
  }
  for (const [name, value] of answer.headers) {
    if (!theirs.has(name) && !SKIPPED_HEADERS.has(name)) report(`header ${name}`, undefined, value);
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return body.toString('utf8');
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
