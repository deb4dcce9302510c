import type { ServerResponse } from 'node:http';

/** What the console answers, whole: nothing is streamed. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every error of the console, as JSON. */
export interface ErrorBody {
  /** Of docs/error-codes.md. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Why a call gets nothing. */
export interface Refusal {
  readonly status: number;
  readonly problem: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer {
  const body = `${JSON.stringify(value)}\n`;
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body,
    ...(headers === undefined ? {} : { headers }),
  };
}

export function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export function refusal(
  status: number,
  { code, message, hint }: Refusal['problem'],
  headers?: Readonly<Record<string, string>>,
): Answer {
  const body: ErrorBody = { code, message, hint: hint ?? null };
  return json(status, body, headers);
}

/** Sends it in one write, unless the client is gone or has had an answer. */
export function sendAnswer(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const all = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body), ...headers };
  // One by one, so that the log can read them back.
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  response.statusCode = status;
  // Node leaves the body out of an answer to HEAD.
  response.end(body);
}
