import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Router } from 'express';
import type { Config } from '../../config.ts';
import { SluiceError } from '../../core/problem.ts';
import { type Area, type ConsoleLog, createConsoleApp } from './console-app.ts';

export interface ConsoleServer {
  /** `http://127.0.0.1:8751` */
  readonly url: string;
  /** Takes no new connection, gives open calls a second, closes. A second call is the same stop. */
  stop(): Promise<void>;
}

/** Longest silence of a connection in the middle of a call, and longest call; routes with a deadline are let be. */
const SILENCE_MS = 15_000;

/** Starts the console's own HTTP server. Throws `listen-failed`. */
export async function startConsoleServer(
  listenOn: Config['console']['listen'],
  areas: readonly Area[],
  log: ConsoleLog,
  silenceMs = SILENCE_MS,
  pages?: Router,
): Promise<ConsoleServer> {
  const server = createServer(
    {
      keepAliveTimeout: Math.min(5_000, silenceMs),
      headersTimeout: silenceMs,
      requestTimeout: silenceMs,
      connectionsCheckingInterval: Math.min(1_000, silenceMs),
      maxHeaderSize: 16_384,
    },
    createConsoleApp(areas, log, pages),
  );
  server.timeout = silenceMs;
  server.maxConnections = 256;
  await listen(server, listenOn);
  const { address, family, port } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  log.info({ url }, 'console listens');
  let stopped: Promise<void> | undefined;
  return {
    url,
    stop: () => {
      stopped ??= shutDown(server, log);
      return stopped;
    },
  };
}

async function shutDown(server: Server, log: ConsoleLog): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 1_000);
  await closed;
  clearTimeout(late);
  log.info({}, 'console stopped');
}

function listen(server: Server, { host, port }: Config['console']['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `The console cannot listen on ${host}:${port}.`;
      const hint = 'Set SLUICE_CONSOLE_LISTEN to a free port of its own.';
      reject(new SluiceError({ code: 'listen-failed', message, hint }, { cause }));
    });
    server.listen(port, host, () => resolve());
  });
}
