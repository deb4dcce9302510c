import type { Context, Output } from '../../src/cli/command.ts';
import { run } from '../../src/cli/run.ts';
import type { Services } from '../../src/cli/services.ts';
import type { Decision } from '../../src/gate/record-ports.ts';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly services?: Partial<Services>;
  readonly env?: Context['env'];
  readonly cwd?: string;
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs the command line in memory. A service that the test does not give must not be called. */
export async function sluice(args: readonly string[], world: World = {}): Promise<Outcome> {
  const [stdout, stderr] = [collector(world.terminal ?? false), collector(world.terminal ?? false)];
  const code = await run(args, {
    program: 'sluice',
    stdout,
    stderr,
    env: world.env ?? {},
    cwd: world.cwd ?? '/',
    signal: world.signal ?? new AbortController().signal,
    now: () => Date.parse('2026-08-22T10:00:00Z'),
    services: async () => ({ ...REFUSING, ...world.services }),
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(isTerminal: boolean): Output & { readonly text: () => string } {
  const written: string[] = [];
  return { isTerminal, write: (text) => void written.push(text), text: () => written.join('') };
}

function refuse(): never {
  throw new Error('this service is not for this command');
}

const REFUSING: Services = {
  checkLocal: refuse,
  diffLocal: refuse,
  diffRefs: refuse,
  checkMerge: refuse,
  merge: refuse,
  lintContracts: refuse,
  lintActions: refuse,
  init: refuse,
  serve: refuse,
  decisions: refuse,
  findDecisions: refuse,
  failingRows: refuse,
  serverReport: refuse,
  consoleUrl: async () => null,
  doctor: refuse,
  demo: refuse,
};

export function decision(overrides: Partial<Decision> = {}): Decision {
  return {
    id: '01j8zk3v9q6t4w2x0y5a7b8c9d',
    state: 'approved',
    origin: 'hook',
    replayOf: null,
    key: null,
    repository: 'lake',
    branch: 'main',
    source: 'etl/2026-08-22',
    mergeCommit: '5f2c01ab9a1e77665544332211009988776655443322110099887766554433ff',
    committer: 'etl-bot',
    status: 200,
    receivedAt: '2026-08-22T10:11:12.345Z',
    decidedAt: '2026-08-22T10:11:13.345Z',
    report: null,
    landed: null,
    ...overrides,
  };
}
