import { SluiceError } from '../../core/problem.ts';

/** A running Sluice's console. */
export interface ConsoleAccess {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

export type ConsoleAnswer =
  | { readonly kind: 'found'; readonly body: string; readonly json: unknown }
  /** What was asked for is not there; `code` is the console's own word for it. */
  | { readonly kind: 'missing'; readonly code: string };

const TIMEOUT_MS = 20_000;
/** A report of a lake with thousands of tables is some MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * A GET of the console's API. Follows no redirect: the token is for this server alone. Rejects with
 * `server-unreachable`, `server-refused` when the server says why, and `server-not-sluice` for whatever is no JSON.
 */
export async function askConsole(
  { url, token }: ConsoleAccess,
  path: string,
  signal: AbortSignal,
): Promise<ConsoleAnswer> {
  const { status, bytes } = await get({ url, token }, path, 'application/json', signal);
  return read(url, status, bytes.toString('utf8'));
}

/**
 * A GET of a file. Null when it is not there. Rejects like {@link askConsole}, also for whatever is not of this type.
 */
export async function askConsoleFile(
  { url, token }: ConsoleAccess,
  path: string,
  contentType: string,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const { status, type, bytes } = await get({ url, token }, path, `${contentType}, application/json`, signal);
  if (status === 200 && type === contentType) return bytes;
  if (read(url, status, bytes.toString('utf8')).kind === 'missing') return null;
  throw notSluice(url, 'it gives something else than the file');
}

interface Got {
  readonly status: number;
  readonly type: string | null;
  readonly bytes: Buffer;
}

async function get({ url, token }: ConsoleAccess, path: string, accept: string, signal: AbortSignal): Promise<Got> {
  try {
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}`, accept },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { status: response.status, type: response.headers.get('content-type'), bytes: await bounded(url, response) };
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof SluiceError ? cause : unreachable(url, cause);
  }
}

function read(url: string, status: number, body: string): ConsoleAnswer {
  const json = parsed(body);
  if (status === 200 && json !== undefined) return { kind: 'found', body, json };
  const { code, message } = saidBy(json);
  if ((status === 401 || status === 403) && code !== 'failing-rows-forbidden') throw tokenRefused(url, status);
  if (status === 404 && code !== null) return { kind: 'missing', code };
  if (code === null || message === null) throw notSluice(url, `status ${status} comes with no JSON of a console`);
  throw new SluiceError({
    code: 'server-refused',
    message: `The Sluice at ${url} refuses (${status}, ${inert(code, 60)}): ${inert(message, 500)}`,
  });
}

/** What was answered is not believed. */
export function notSluice(url: string, fault: string): SluiceError {
  return new SluiceError({
    code: 'server-not-sluice',
    message: `What answers at ${url} is no console of Sluice: ${fault}.`,
    hint: 'Check --server: it is the address of the console port, with no login page or proxy page before it.',
  });
}

async function bounded(url: string, response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw notSluice(url, 'it answers with more than a report ever has');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** Undefined is no JSON value. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function saidBy(json: unknown): { readonly code: string | null; readonly message: string | null } {
  const said = typeof json === 'object' && json !== null ? json : {};
  return {
    code: 'code' in said && typeof said.code === 'string' ? said.code : null,
    message: 'message' in said && typeof said.message === 'string' ? said.message : null,
  };
}

function tokenRefused(url: string, status: number): SluiceError {
  return new SluiceError({
    code: 'server-refused',
    message: `The Sluice at ${url} refuses the console token (${status}).`,
    hint: 'Set SLUICE_CONSOLE_TOKEN to one of its console tokens.',
  });
}

function unreachable(url: string, cause: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'server-unreachable',
      message: `The Sluice at ${url} could not be reached.`,
      hint: 'Check --server; it is the address of the console port, not of the hook.',
    },
    { cause },
  );
}

function inert(text: string, length: number): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, length);
}
