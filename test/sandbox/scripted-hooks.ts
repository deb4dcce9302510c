import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A hook call that has come in and waits for its answer. */
export interface Delivery {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The raw response, for scenarios that break the connection. */
  readonly response: ServerResponse;
}

/** An HTTP server that answers only when told to. */
export interface ScriptedHooks {
  readonly url: string;
  /** The first waiting delivery that fits; waits up to ten seconds for one. Null when none came. */
  next(fits: (delivery: Delivery) => boolean): Promise<Delivery | null>;
  /** Deliveries that nobody took. */
  readonly waiting: readonly Delivery[];
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

export async function startScriptedHooks(port = 0): Promise<ScriptedHooks> {
  const waiting: Delivery[] = [];
  const wakers = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      waiting.push({ method, path, headers, body: Buffer.concat(chunks), response });
      for (const wake of wakers) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const take = (fits: (delivery: Delivery) => boolean): Delivery | null => {
    const index = waiting.findIndex(fits);
    return index < 0 ? null : (waiting.splice(index, 1)[0] ?? null);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting,
    next: async (fits) => {
      const deadline = Date.now() + PATIENCE_MS;
      for (let found = take(fits); ; found = take(fits)) {
        if (found !== null || Date.now() > deadline) return found;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, Math.max(1, deadline - Date.now()));
          function done(): void {
            clearTimeout(timer);
            wakers.delete(done);
            resolve();
          }
          wakers.add(done);
        });
      }
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
