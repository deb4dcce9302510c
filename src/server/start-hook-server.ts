import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { createDeliveries, type Deliveries, type DeliveryDependencies } from '../gate/deliver.ts';
import { createAuthenticate } from './authenticate.ts';
import { createHookApp, HOOK_PATH } from './hook-app.ts';

export interface HookServerOptions extends Omit<DeliveryDependencies, 'policy' | 'limits' | 'replayForMs'> {
  readonly config: HookServerConfig;
  readonly renderText: (report: Report) => string;
  readonly onRefused?: (status: number) => void;
}

/** What the hook server needs of the configuration. */
export type HookServerConfig = Pick<
  Config,
  | 'hook'
  | 'events'
  | 'governedBranches'
  | 'withoutMergeResult'
  | 'unpreviewable'
  | 'releaseTags'
  | 'releaseBranches'
  | 'maxConcurrentRuns'
  | 'queueLength'
  | 'replayForMs'
  | 'shutdownGraceMs'
>;

export interface HookServer {
  /** Where lakeFS reaches it, path included. */
  readonly url: string;
  /** The gate's front, for who asks beside lakeFS: it shares runs and slots with the hook. */
  readonly deliveries: Pick<Deliveries, 'deliver' | 'load'>;
  /**
   * Takes no new connection, answers what waits with 503, lets running merges end within the grace time and then ends
   * them undecided. Resolves when every delivery is recorded and answered. The records stay open: who opened them
   * closes them. A second call is the same stop.
   */
  stop(): Promise<void>;
}

/** lakeFS reuses a connection that idled for up to 90 s; closing it earlier makes a merge fail for nothing. */
const KEEP_ALIVE_MS = 95_000;

/**
 * Starts to listen. Deliveries that a dead process left running become abandoned first: lakeFS has seen an error for
 * each of them. Throws `listen-failed`, and TypeError when there is no token.
 */
export async function startHookServer(options: HookServerOptions): Promise<HookServer> {
  const { config, store, clock, log, renderText } = options;
  const abandoned = store.abandonUnfinished(new Date(clock.now()).toISOString());
  if (abandoned > 0) log.error({ abandoned }, 'deliveries of a process that died are abandoned');
  const deliveries = createDeliveries({
    ...options,
    policy: config,
    replayForMs: config.replayForMs,
    limits: { concurrentRuns: config.maxConcurrentRuns, queueLength: config.queueLength },
  });
  const authenticate = createAuthenticate(config.hook.tokens.map((token) => token.reveal()));
  const refusals = options.onRefused === undefined ? {} : { onRefused: options.onRefused };
  const app = createHookApp({ authenticate, deadlines: config.hook, deliveries, store, renderText, log, ...refusals });
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: KEEP_ALIVE_MS + 5_000,
      requestTimeout: config.hook.maxDeadlineMs + KEEP_ALIVE_MS + 10_000,
    },
    app,
  );
  await listen(server, config.hook.listen);
  const { address, family, port } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${HOOK_PATH}`;
  log.info({ url }, 'hook server listens');

  const shutDown = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A connection may still bring a delivery until it is idle; that one is answered 503.
    const idle = setInterval(() => server.closeIdleConnections(), 10);
    await deliveries.stop(config.shutdownGraceMs);
    // Answers are one small write each: a caller that has not taken its own within a second is gone.
    const late = setTimeout(() => server.closeAllConnections(), 1_000);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
    log.info({}, 'hook server stopped');
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    deliveries,
    stop: () => {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

function listen(
  server: ReturnType<typeof createServer>,
  { host, port }: { host: string; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `Cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`;
      const hint = 'Another sluice server may have that port already: stop it, or set SLUICE_HOOK_LISTEN.';
      reject(new SluiceError({ code: 'listen-failed', message, hint }, { cause }));
    });
    server.listen(port, host, () => resolve());
  });
}
