import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Body of a recorded message. Long texts are cut by the recorder and say so. */
export type RecordedBody =
  | null
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly base64: string; readonly bytes: number };

interface RecordedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RecordedBody;
}

export interface Exchange {
  readonly to: 'lakefs' | 'hook';
  readonly request: RecordedMessage & { readonly method: string; readonly path: string };
  /** Absent, or without a status, where the scenario broke the connection itself. */
  readonly response?: Partial<RecordedMessage> & { readonly status?: number; readonly note?: string };
}

export interface Recording {
  readonly scenario: string;
  readonly title: string;
  readonly exchanges: readonly Exchange[];
}

const FOLDER = join(import.meta.dirname, '../fixtures/lakefs');

/** Exchanges with a real lakeFS server, e.g. `05-merge`; never edited. */
export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}

/** A body as bytes. A text that the recorder cut must go on as its last character did. */
export function bodyBytes(body: RecordedBody): Buffer {
  if (body === null) return Buffer.alloc(0);
  if ('json' in body) return Buffer.from(JSON.stringify(body.json));
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  const cut = cutText(body.text);
  return cut === null ? Buffer.from(body.text) : Buffer.alloc(cut.bytes, cut.start.at(-1));
}

/** What is left of a long text, and how long it was; null for a whole one. */
export function cutText(text: string): { readonly start: string; readonly bytes: number } | null {
  const [, start, bytes] = /^(.*)…\(cut in this recording, (\d+) bytes\)$/s.exec(text) ?? [];
  return start === undefined ? null : { start, bytes: Number(bytes) };
}
