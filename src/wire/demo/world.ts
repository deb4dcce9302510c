import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Config, loadConfig } from '../../config.ts';
import { formatProblem, SluiceError } from '../../core/problem.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { openGate } from '../open-gate.ts';
import { demoAction } from './demo-action.ts';
import { CONTRACT, readShipped } from './shipped.ts';

/** Everything the demo starts: a stand-in for lakeFS and a true gate, in this process, state in one temporary folder. */
export interface World {
  readonly lake: Sandbox;
  readonly gateUrl: string;
  /** Pages for people, and the token that opens them. */
  readonly console: { readonly url: string; readonly token: string };
  readonly stateDir: string;
  /** The contract that the gate reads before every merge. */
  readonly contractPath: string;
  readonly contractText: string;
  /** Our action file, as a repository whose lakeFS is to call this gate needs it. */
  readonly actionText: string;
  close(): Promise<void>;
}

/** Starts both; what was started is closed again when a later step fails. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).toReversed()) await one();
  };
  try {
    const contracts = join(folder, 'contracts');
    const contractPath = join(contracts, basename(CONTRACT));
    const contractText = readShipped(CONTRACT);
    mkdirSync(contracts);
    writeFileSync(contractPath, contractText);
    const token = randomBytes(18).toString('base64url');
    const lake = await startSandbox({ env: { LAKEFSACTION_SLUICE_TOKEN: token } });
    closers.push(() => lake.close());
    const consoleToken = randomBytes(18).toString('base64url');
    const config = demoConfig(folder, contracts, { token, consoleToken }, lake);
    const gate = await openGate(config, { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }, {});
    closers.push(() => gate.stop());
    const actionText = demoAction(gate.url);
    const console = { url: gate.consoleUrl, token: consoleToken };
    return {
      lake,
      gateUrl: gate.url,
      console,
      stateDir: config.stateDir,
      contractPath,
      contractText,
      actionText,
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** The settings a person would make, through the same door: the environment. */
function demoConfig(
  folder: string,
  contracts: string,
  { token, consoleToken }: { readonly token: string; readonly consoleToken: string },
  lake: Sandbox,
): Config {
  const loaded = loadConfig({
    cwd: folder,
    env: {
      SLUICE_LAKEFS_URL: lake.url,
      SLUICE_LAKEFS_ACCESS_KEY_ID: lake.accessKeyId,
      SLUICE_LAKEFS_SECRET_ACCESS_KEY: lake.secretAccessKey,
      SLUICE_HOOK_TOKEN: token,
      SLUICE_HOOK_LISTEN: '127.0.0.1:0',
      SLUICE_CONSOLE_LISTEN: '127.0.0.1:0',
      SLUICE_CONSOLE_TOKEN: consoleToken,
      SLUICE_STATE_DIR: join(folder, 'state'),
      SLUICE_CONTRACTS: contracts,
      SLUICE_LIMIT_MEMORY: '512MiB',
      SLUICE_SHUTDOWN_GRACE: '1s',
    },
  });
  if (loaded.kind === 'config') return loaded.config;
  throw new SluiceError({ code: 'demo-config', message: loaded.problems.map(formatProblem).join('\n') });
}
