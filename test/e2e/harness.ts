/**
 * The whole product: a lakeFS whose merges call a Sluice that listens on a real port, reads through the REST API and
 * the S3 gateway, and keeps its records on disk.
 *
 * The lakeFS is the stand-in, or a real one that `SLUICE_TEST_LAKEFS_URL`, `SLUICE_TEST_LAKEFS_ACCESS_KEY_ID` and
 * `SLUICE_TEST_LAKEFS_SECRET_ACCESS_KEY` name. A real one must reach 127.0.0.1 and have in its environment, as
 * `LAKEFSACTION_SLUICE_TOKEN`, the text of `SLUICE_TEST_HOOK_TOKEN` (default below).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { actionFile, type OurEvent, TOKEN_VARIABLE } from '../../src/core/action/action-file.ts';
import type { Report } from '../../src/core/report/report.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { createLogger } from '../../src/server/create-logger.ts';
import { openGate } from '../../src/wire/open-gate.ts';
import { storePath } from '../../src/wire/store-path.ts';
import type { Keys } from '../sandbox/wire.ts';
import { whenFileEnds } from '../support/lifetimes.ts';
import { openWire, type Wire } from './faulty-wire.ts';
import { type Body, createRepository, type LakeUser } from './lake-user.ts';

export const HOOK_TOKEN = process.env['SLUICE_TEST_HOOK_TOKEN'] ?? 'sluice-test-token-0123456789abcdef';

export interface TestLakefs extends Keys {
  readonly url: string;
  /** What Sluice reaches it through. */
  readonly wire: Wire;
  /**
   * Puts bytes behind lakeFS's back, as whoever may write to the object store can. On a real server this needs its
   * block store on this machine; false when it is not here.
   */
  writePhysical(address: string, bytes: string): boolean;
}

let opened: Promise<TestLakefs> | undefined;

/** The lakeFS of this test file. */
export function lakefs(): Promise<TestLakefs> {
  if (opened === undefined) {
    opened = openLakefs();
    whenFileEnds(() => {
      opened = undefined;
    });
  }
  return opened;
}

async function openLakefs(): Promise<TestLakefs> {
  const { SLUICE_TEST_LAKEFS_URL: url } = process.env;
  if (url !== undefined) {
    const wire = await openWire(url);
    whenFileEnds(() => wire.close());
    const accessKeyId = process.env['SLUICE_TEST_LAKEFS_ACCESS_KEY_ID'] ?? '';
    const secretAccessKey = process.env['SLUICE_TEST_LAKEFS_SECRET_ACCESS_KEY'] ?? '';
    return { url, accessKeyId, secretAccessKey, wire, writePhysical: writeBlock };
  }
  const sandbox = await startSandbox({ env: { LAKEFSACTION_SLUICE_TOKEN: HOOK_TOKEN } });
  whenFileEnds(() => sandbox.close());
  const wire = await openWire(sandbox.url);
  whenFileEnds(() => wire.close());
  return {
    url: sandbox.url,
    accessKeyId: sandbox.accessKeyId,
    secretAccessKey: sandbox.secretAccessKey,
    wire,
    writePhysical: (address: string, bytes: string) => {
      sandbox.writePhysical(address, Buffer.from(bytes));
      return true;
    },
  };
}

/** A local block store's address is the path of a file: `local:///var/lakefs/block/...`. */
function writeBlock(address: string, bytes: string): boolean {
  const path = address.replace(/^local:\/\//, '');
  const [, root] = /^(\/.*)\/data\/[^/]+\/[^/]+$/.exec(path) ?? [];
  if (root === undefined || !existsSync(root)) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return true;
}

export interface GateOptions {
  /** Files of the contract directory by name, or `repository`. */
  readonly contracts: Readonly<Record<string, string>> | 'repository';
  /** `SLUICE_...` variables beside those that every gate here has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of an earlier gate, whose records and cache it shall have. */
  readonly stateDir?: string;
}

export interface Gate {
  /** Where lakeFS posts. */
  readonly url: string;
  readonly consoleUrl: string;
  /** Every line of the log, at debug, as JSON. */
  readonly logged: readonly string[];
  readonly stateDir: string;
  /** Of this repository, oldest first. */
  decisions(repository: string): readonly Decision[];
  /** What is left of runs. */
  runDirectories(): readonly string[];
  stop(): Promise<void>;
}

const shared = new Map<string, Promise<Gate>>();

/** The Sluice of these options in this test file: its engine takes a while to start. */
export function sharedGate(options: GateOptions): Promise<Gate> {
  const name = JSON.stringify(options);
  const known = shared.get(name);
  if (known !== undefined) return known;
  const gate = startGate(options);
  shared.set(name, gate);
  whenFileEnds(() => shared.delete(name));
  return gate;
}

/** A Sluice of one's own, to be stopped; its state directory lasts as long as the test file. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const { stateDir, config } = await gateConfig(options);
  const logged: string[] = [];
  // Without the last line of defence, which masks secrets by their text: nothing may hold one in the first place.
  const log = createLogger({ level: 'debug', destination: { write: (line) => void logged.push(line) } });
  const gate = await openGate(config, log, {});
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= gate.stop();
    return stopped;
  };
  whenFileEnds(stop);
  return {
    url: gate.url,
    consoleUrl: gate.consoleUrl,
    logged,
    stateDir,
    decisions: (repository) => decisionsOf(stateDir, repository),
    runDirectories: () => filesIn(join(stateDir, 'runs')),
    stop,
  };
}

/** Everything a gate is told, by the same way as in the field: the environment. */
export async function gateEnvironment({
  contracts,
  settings,
  stateDir = scratch('state'),
}: GateOptions): Promise<Record<string, string>> {
  const { wire, accessKeyId, secretAccessKey } = await lakefs();
  return {
    SLUICE_LAKEFS_URL: wire.url,
    SLUICE_LAKEFS_ACCESS_KEY_ID: accessKeyId,
    SLUICE_LAKEFS_SECRET_ACCESS_KEY: secretAccessKey,
    SLUICE_HOOK_TOKEN: HOOK_TOKEN,
    SLUICE_HOOK_LISTEN: '127.0.0.1:0',
    SLUICE_CONSOLE_LISTEN: '127.0.0.1:0',
    SLUICE_STATE_DIR: stateDir,
    SLUICE_CONTRACTS: contracts === 'repository' ? contracts : directoryOf(contracts),
    SLUICE_LIMIT_MEMORY: '1GiB',
    // As on two processors, whatever there are: a gate keeps one engine process more than that warm.
    SLUICE_CONCURRENT_RUNS: '1',
    // Tests that break or count the calls to lakeFS mean those of a run.
    SLUICE_PULL_REQUESTS: 'off',
    ...settings,
  };
}

async function gateConfig(options: GateOptions): Promise<{ readonly stateDir: string; readonly config: Config }> {
  const env = await gateEnvironment(options);
  const loaded = loadConfig({ env, cwd: tmpdir() });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return { stateDir: loaded.config.stateDir, config: loaded.config };
}

/** Read as `sluice decisions` reads them: from another connection, while the server may be writing. */
export function decisionsOf(stateDir: string, repository: string): readonly Decision[] {
  const store = openStore(storePath(stateDir), { readonly: true });
  try {
    return store.list({ repository, limit: 1_000 }).toReversed();
  } finally {
    store.close();
  }
}

/** The report of the last decision. */
export function lastReport(gate: Gate, repository: string): Report {
  return JSON.parse(gate.decisions(repository).at(-1)?.report ?? 'null') as Report;
}

export interface LakeOptions {
  /** Objects on `main`, committed together with the action file. */
  readonly files?: Readonly<Record<string, Body>>;
  /** Of the action file; default 4m50s. */
  readonly deadline?: string;
  /** That ask this gate; default pre-merge alone. */
  readonly events?: readonly OurEvent[];
}

/** A repository of its own whose merges into `main` ask this gate. */
export async function gatedLake(
  gate: { readonly url: string },
  { files = {}, deadline = '4m50s', events = ['pre-merge'] }: LakeOptions = {},
): Promise<LakeUser> {
  const user = await createRepository(await lakefs(), `e2e-${randomBytes(6).toString('hex')}`);
  await user.put('main', '_lakefs_actions/sluice.yaml', actionText(gate.url, deadline, events));
  for (const [path, body] of Object.entries(files)) await user.put('main', path, body);
  await user.commit('main', 'first data');
  return user;
}

/** The action file as `sluice init` writes it; most tests prepare `main` with direct commits, and gate merges alone. */
function actionText(hookUrl: string, deadline: string, events: readonly OurEvent[]): string {
  const settings = { branches: ['main'], hookUrl, timeoutMs: 300_000, tokenVariable: TOKEN_VARIABLE };
  const text = actionFile({ ...settings, events }).replace('deadline: 4m50s', `deadline: ${deadline}`);
  if (!text.includes(`deadline: ${deadline}`)) throw new Error('the action file has changed');
  return text;
}

/** Posts a pre-merge payload as lakeFS does, past lakeFS. */
export function deliver(gate: Gate, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const payload = {
    event_type: 'pre-merge',
    event_time: new Date().toISOString().replace(/\.\d+/, ''),
    action_name: 'Sluice',
    hook_id: 'sluice',
    branch_id: 'main',
    commit_message: "Merge 'etl' into 'main'",
    committer: 'quickstart',
    commit_metadata: { '.lakefs.merge.strategy': 'default' },
    ...fields,
  };
  return fetch(gate.url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${HOOK_TOKEN}` },
    body: JSON.stringify(payload),
    redirect: 'error',
  });
}

/** A directory that goes when the test file ends. */
export function scratch(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `sluice-e2e-${name}-`));
  whenFileEnds(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = scratch('contracts');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

function filesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
