import { canonicalName } from './headers.ts';
import type { Answer } from './http-client.ts';

/**
 * An answer as the log of a hook shows it: not the bytes that came, but what Go's `httputil.DumpResponse` makes of them.
 * Headers are sorted and respelled, a chunked body becomes one chunk, a gzipped one is unpacked.
 */
export function dumpResponse(answer: Answer, body: Buffer): Buffer {
  const shape = bodyShape(answer, body);
  const lines = [
    `HTTP/${answer.version} ${String(answer.status).padStart(3, '0')} ${answer.reason}`,
    ...(shape.close ? ['Connection: close'] : []),
    ...(shape.length === 'ahead' ? [`Content-Length: ${body.length}`] : []),
    ...(shape.chunked ? ['Transfer-Encoding: chunked'] : []),
    ...shape.headers,
    ...(shape.length === 'behind' ? ['Content-Length: 0'] : []),
    '',
    '',
  ];
  const head = Buffer.from(lines.join('\r\n'), 'latin1');
  if (!shape.chunked) return Buffer.concat([head, body]);
  const chunk = body.length === 0 ? [] : [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')];
  return Buffer.concat([head, ...chunk, Buffer.from('0\r\n\r\n')]);
}

interface Shape {
  readonly chunked: boolean;
  readonly close: boolean;
  /** Where the length stands: Go names a length of zero first in the answer to a POST, and last in that to a GET. */
  readonly length: 'ahead' | 'behind' | 'unsaid';
  readonly headers: readonly string[];
}

function bodyShape(answer: Answer, body: Buffer): Shape {
  const given = pairs(answer.rawHeaders);
  const value = (name: string): string | undefined => given.find(([key]) => key === name)?.[1];
  const bodiless = answer.status < 200 || answer.status === 204 || answer.status === 304;
  const chunked = !bodiless && value('Transfer-Encoding')?.toLowerCase() === 'chunked';
  const measured = bodiless || (!chunked && !answer.unpacked && value('Content-Length') !== undefined);
  const connection = value('Connection')?.toLowerCase() ?? '';
  const unbounded = !bodiless && !chunked && value('Content-Length') === undefined;
  const close =
    /\bclose\b/.test(connection) || unbounded || (answer.version === '1.0' && !connection.includes('keep-alive'));
  const empty = measured && body.length === 0;
  return {
    chunked,
    close,
    length: !measured ? 'unsaid' : !empty || answer.method === 'POST' ? 'ahead' : bodiless ? 'unsaid' : 'behind',
    headers: shownHeaders(given, answer.unpacked),
  };
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[canonicalName(name), rawHeaders[index + 1] ?? ''] as const] : [],
  );
}

function shownHeaders(given: readonly (readonly [string, string])[], unpacked: boolean): readonly string[] {
  return given
    .filter(([name, value]) => {
      if (name === 'Content-Length' || name === 'Transfer-Encoding' || name === 'Trailer') return false;
      if (name === 'Connection') return !/\bclose\b/i.test(value);
      return !(unpacked && name === 'Content-Encoding');
    })
    .sort(([left], [right]) => (left === right ? 0 : left < right ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}`);
}
