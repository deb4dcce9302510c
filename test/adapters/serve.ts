import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Served {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Raw request targets in the order in which they came. */
  readonly targets: readonly string[];
  readonly requests: readonly IncomingMessage[];
}

/** A real HTTP server on a port of its own, gone with the test that started it. */
export async function serve(listener: RequestListener): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get targets() {
      return requests.map(({ url }) => url ?? '');
    },
    requests,
  };
}

/** The problem code a promise rejects with; fails the test when it does not, or not with a SluiceError. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await problemOf(work)).code;
}

export async function problemOf(
  work: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly hint?: string; readonly file?: string }> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`resolved with ${JSON.stringify(outcome.value)}`);
  const { error } = outcome;
  if (!(error instanceof Error) || !('problem' in error))
    throw new Error(`no SluiceError: ${String(error)}`, { cause: error });
  return error.problem as { code: string; message: string };
}
