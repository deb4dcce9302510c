import { createHash } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import { SluiceError } from '../../core/problem.ts';
import type { HttpProbe, PlainAnswer } from '../../gate/doctor/ports.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/** GETs at the server of this address, without keys. Rejects with `probe-unanswered`. */
export function createHttpProbe(base: string): HttpProbe {
  return {
    get: async (path, signal) => {
      const deadline = AbortSignal.timeout(TIMEOUT_MS);
      const sentAt = Date.now();
      try {
        const response = await request(`${base}${path}`, { signal: AbortSignal.any([signal, deadline]) });
        const head = { response, sentAt, receivedAt: Date.now() };
        return await toAnswer(head);
      } catch (cause) {
        signal.throwIfAborted();
        throw unanswered(base, deadline.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : reasonOf(cause), cause);
      }
    },
  };
}

async function toAnswer({
  response,
  ...times
}: { readonly response: Dispatcher.ResponseData } & Pick<PlainAnswer, 'sentAt' | 'receivedAt'>): Promise<PlainAnswer> {
  const { date: written, 'content-type': type } = response.headers;
  const date = Date.parse(String(written ?? ''));
  return {
    ...times,
    status: response.statusCode,
    contentType: type === undefined ? null : String(type),
    date: Number.isNaN(date) ? null : date,
    sha256: await sha256Of(response),
  };
}

async function sha256Of({ body }: Dispatcher.ResponseData): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return hash.digest('hex');
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function unanswered(base: string, why: string, cause: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'probe-unanswered',
      message: `${base} does not answer (${why}).`,
      hint: 'Check that the server runs, and that SLUICE_LAKEFS_URL is right and reachable from here.',
    },
    { cause },
  );
}
