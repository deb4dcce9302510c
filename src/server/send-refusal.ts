import type { ServerResponse } from 'node:http';
import { boundedBody } from './bounded-body.ts';

/** Everything the hook port answers that is not an approval. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429 | 503 | 504;

const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422, 429, 503, 504]);

export interface Refusal {
  /** Anything that is no {@link RefusalStatus} is answered as 503. */
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers "do not merge", whole and in one write, unless something has been answered already. */
export function sendRefusal(response: ServerResponse, { status, text, headers }: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const body = boundedBody(text);
  response.writeHead(REFUSALS.has(status) ? status : 503, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
