import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { secret } from '../../src/config/secret.ts';
import { HOOK_EVENTS } from '../../src/core/event/hook-event.ts';
import type { Report } from '../../src/core/report/report.ts';
import { decisionId } from '../../src/gate/decision-id.ts';
import type { MergeJudge } from '../../src/gate/ports.ts';
import type { DecisionStore } from '../../src/gate/record-ports.ts';
import { createLogger } from '../../src/server/create-logger.ts';
import { type HookServer, type HookServerConfig, startHookServer } from '../../src/server/start-hook-server.ts';
import { ENGINE, NO_LAKE } from '../gate/fake-judge.ts';

export const TOKEN = 'canary-token-0123456789';

/** What a real lakeFS 1.84 sent. */
export const PAYLOAD = {
  event_type: 'pre-merge',
  event_time: '2026-11-21T04:36:37Z',
  action_name: 'Sluice',
  hook_id: 'sluice',
  repository_id: 'lake',
  branch_id: 'main',
  source_ref: '3c41b7dffa1dad5c818ef504ca9c5643a0b150d0d08632a2470c6c871296bacc',
  commit_id: '78e54507d854b3d3283ae4dc28f5c7e4e0d050992e103bb58edc462281ba68a1',
  commit_message: "Merge 'etl' into 'main'",
  committer: 'quickstart',
  commit_metadata: { '.lakefs.merge.strategy': 'default' },
  merge_source: 'etl',
};

export interface RunningServer extends HookServer {
  readonly store: DecisionStore;
  /** Everything that was logged, one JSON text per line. */
  readonly logged: string[];
  /** Delivers a payload as lakeFS does. */
  post(body?: unknown, request?: RequestInit & { query?: string }): Promise<Response>;
  /** Stops the server and removes its records. */
  dispose(): Promise<void>;
}

export interface ServerOptions {
  readonly config?: Partial<HookServerConfig>;
  readonly renderText?: (report: Report) => string;
  readonly wrapStore?: (store: DecisionStore) => DecisionStore;
}

/** A hook server on a free port, with real records and a judge of the test's own. */
export async function runServer(judge: MergeJudge, options: ServerOptions = {}): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-server-'));
  const opened = openStore(join(directory, 'decisions.db'));
  const store = options.wrapStore?.(opened) ?? opened;
  const logged: string[] = [];
  const server = await startHookServer({
    config: { ...serverConfig(), ...options.config },
    judge,
    lake: NO_LAKE,
    store,
    clock: { now: () => Date.now() },
    newId: () => decisionId(Date.now(), randomBytes),
    log: createLogger({ level: 'info', destination: { write: (line) => void logged.push(line) } }),
    engine: ENGINE,
    renderText: options.renderText ?? renderText,
  });
  return {
    ...server,
    store,
    logged,
    post: (body = PAYLOAD, { query = '', headers, ...rest } = {}) =>
      fetch(`${server.url}${query}`, {
        method: 'POST',
        redirect: 'error',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${TOKEN}`, ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
        ...rest,
      }),
    dispose: async () => {
      await server.stop();
      opened.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function serverConfig(): HookServerConfig {
  return {
    hook: {
      tokens: [secret(TOKEN), secret('the-next-token-9876543210')],
      listen: { host: '127.0.0.1', port: 0 },
      defaultDeadlineMs: 50_000,
      maxDeadlineMs: 870_000,
    },
    events: Object.fromEntries(
      [...HOOK_EVENTS, 'import'].map((name) => [name, /^pre-commit$|^import$/.test(name) ? 'deny' : 'allow']),
    ) as HookServerConfig['events'],
    governedBranches: ['*'],
    withoutMergeResult: 'block',
    unpreviewable: 'deny',
    releaseTags: ['v*'],
    releaseBranches: [],
    maxConcurrentRuns: 2,
    queueLength: 2,
    replayForMs: 15 * 60_000,
    shutdownGraceMs: 5_000,
  };
}

/** The shortest text that shows which report it was made of. */
export function renderText(report: Report): string {
  const id = report.scope.kind === 'merge' ? report.scope.decisionId : '';
  const problems = report.problems.map(({ code, message }) => `error[${code}]: ${message}`);
  return ['', report.verdict.toUpperCase(), ...report.reasons, ...problems, `decision ${id}`, ''].join('\n');
}
