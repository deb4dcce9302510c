import { SluiceError } from '../../core/problem.ts';
import type { DecisionRecords } from '../../gate/doctor/ports.ts';

export interface RemoteDecisionsOptions {
  /** The console's address, without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

const TIMEOUT_MS = 20_000;

/**
 * The records of a running Sluice, asked over its console port. Follows no redirect: the token is for this server
 * alone. Rejects with `server-unreachable`, and with `server-not-sluice` for what is no list of decisions.
 */
export function createRemoteDecisions({ url, token }: RemoteDecisionsOptions): DecisionRecords {
  return {
    where: `the records of ${url}`,
    certain: true,
    ofMergeCommit: async (repository, mergeCommit, signal) => {
      const query = new URLSearchParams({ repository, mergeCommit });
      const deadline = AbortSignal.timeout(TIMEOUT_MS);
      let response: Response;
      try {
        response = await fetch(`${url}/api/v1/decisions?${query}`, {
          headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
          redirect: 'manual',
          signal: AbortSignal.any([signal, deadline]),
        });
      } catch (cause) {
        signal.throwIfAborted();
        throw unreachable(url, cause);
      }
      return decisionsOf(url, response.status, await response.text());
    },
  };
}

function decisionsOf(url: string, status: number, body: string): readonly { readonly id: string }[] {
  if (status === 401 || status === 403) {
    throw new SluiceError({
      code: 'server-refused',
      message: `The Sluice at ${url} refuses the console token (${status}).`,
      hint: 'Set SLUICE_CONSOLE_TOKEN to one of its console tokens.',
    });
  }
  const ids = status === 200 ? idsOf(body) : null;
  if (ids !== null) return ids;
  throw new SluiceError({
    code: 'server-not-sluice',
    message: `What answers at ${url} is no console of Sluice (status ${status}).`,
    hint: 'Check --server: it is the address of the console port, with no login page or proxy page before it.',
  });
}

function idsOf(body: string): readonly { readonly id: string }[] | null {
  try {
    const { decisions } = JSON.parse(body) as { readonly decisions?: unknown };
    if (!Array.isArray(decisions)) return null;
    const ids = decisions.flatMap((one: unknown) =>
      typeof one === 'object' && one !== null && 'id' in one && typeof one.id === 'string' ? [{ id: one.id }] : [],
    );
    return ids.length === decisions.length ? ids : null;
  } catch {
    return null;
  }
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
