/** What `sluice init` and `sluice action lint` are made of. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ActionLintRequest, InitRequest, Installation, LintedActions, OnProgress } from '../cli/services.ts';
import { type Listen, parseServerUrl } from '../config/network.ts';
import { type ClientConfig, loadHookListen } from '../config.ts';
import { OUR_HOOK_PATH } from '../core/action/action-file.ts';
import { formatDuration } from '../core/action/duration.ts';
import { type ActionText, lintActions } from '../core/action/lint-actions.ts';
import { SluiceError } from '../core/problem.ts';
import { installEverywhere } from '../gate/install-everywhere.ts';
import type { InstallPlan } from '../gate/install-gate.ts';
import { readActions } from '../gate/read-actions.ts';
import { readClientConfig } from './client-config.ts';
import { useClientLake } from './merge-checker.ts';
import { scratchOwner } from './scratch-owner.ts';
import { packageVersion } from './version.ts';

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export async function runInit(
  request: InitRequest,
  onProgress: OnProgress,
  { env, cwd, signal }: World,
): Promise<Installation> {
  const config = await readClientConfig(request, env, cwd);
  const listen = loadHookListen({ env, cwd, ...(request.config === null ? {} : { file: request.config }) });
  const hookUrl = hookUrlOf(request.hookUrl, listen);
  // Its default, every branch that calls, says nothing about which ones are meant to call.
  const governed = config.governedBranches.includes('*') ? null : config.governedBranches;
  const installed = await useClientLake(config, ({ reader, writer }) =>
    installEverywhere(
      {
        repository: request.repository,
        branches: request.branches ?? governed,
        hookUrl,
        timeoutMs: request.timeoutMs,
        tokenVariable: request.tokenVariable,
        apply: request.apply,
        into: request.into,
      },
      { reader, writer, owner: scratchOwner(), version: packageVersion(), onStage: (stage) => onProgress({ stage }) },
      signal,
    ),
  );
  return { ...installed, notes: notesOf({ plan: installed.plan, request, config, hookUrl }) };
}

/** Throws `init-hook-url` for an address that lakeFS could not use. */
function hookUrlOf(given: string | null, { host, port }: Listen): string {
  if (given === null) {
    if (/^(?:0\.0\.0\.0|::|0:0:0:0:0:0:0:0)$/.test(host) || port === 0) throw listensAnywhere(host, port);
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}${OUR_HOOK_PATH}`;
  }
  const url = parseServerUrl(given);
  if (url === undefined) {
    throw new SluiceError({
      code: 'init-hook-url',
      message: `--hook-url cannot be \`${given.replace(/\/\/[^/@]*@/, '//***@')}\`.`,
      hint: `Write the address whole, without user and query: http://sluice.example.com:8750${OUR_HOOK_PATH}`,
    });
  }
  return url.endsWith(OUR_HOOK_PATH) ? url : `${url}${OUR_HOOK_PATH}`;
}

function listensAnywhere(host: string, port: number): SluiceError {
  return new SluiceError({
    code: 'init-hook-url',
    message: `Sluice listens on ${host}:${port}, which says nothing about how lakeFS reaches it.`,
    hint: 'Say with --hook-url, for example --hook-url http://sluice.example.com:8750',
  });
}

interface Noted {
  readonly plan: InstallPlan;
  readonly request: InitRequest;
  readonly config: ClientConfig;
  readonly hookUrl: string;
}

function notesOf({ plan, request, config, hookUrl }: Noted): readonly string[] {
  const { hostname } = new URL(hookUrl);
  const isLocal = /^(?:localhost|127\..*|\[::1\])$/.test(hostname);
  const unnamed = request.branches === null && config.governedBranches.includes('*');
  return [
    ...(isLocal
      ? [`lakeFS will call ${hookUrl}: right only where both run on one machine; --hook-url names another address.`]
      : []),
    `The lakeFS server needs ${request.tokenVariable} in its environment, with the value of Sluice's SLUICE_HOOK_TOKEN.`,
    ...(unnamed ? [`Only ${plan.defaultBranch}, the default branch, is gated; --branch names others.`] : []),
    ...(request.timeoutMs > 900_000
      ? [`lakeFS gives up a merge that lost a race after 15m; ${formatDuration(request.timeoutMs)} is longer.`]
      : []),
    ...(plan.unknownEvents.length > 0
      ? [`This lakeFS is too old for ${plan.unknownEvents.join(', ')}: Sluice is not asked about them.`]
      : []),
  ];
}

export async function runActionLint(request: ActionLintRequest, { env, cwd, signal }: World): Promise<LintedActions> {
  const files: ActionText[] = [];
  for (const target of request.targets) {
    const local = await readLocal(target, resolve(cwd, target));
    files.push(...(local ?? (await readRemote(target, request, { env, cwd, signal }))));
  }
  return { files: files.map(({ path }) => path), problems: lintActions(files) };
}

/** Null when there is no such file or folder. */
async function readLocal(shown: string, path: string): Promise<readonly ActionText[] | null> {
  try {
    const entry = await stat(path);
    if (!entry.isDirectory()) return [{ path: shown, text: await readText(path) }];
    const names = (await readdir(path, { recursive: true, withFileTypes: true }))
      .filter((one) => !one.isDirectory())
      .map((one) => join(one.parentPath, one.name).slice(path.length + 1))
      .toSorted();
    return await Promise.all(
      names.map(async (below) => ({ path: join(shown, below), below, text: await readText(join(path, below)) })),
    );
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(shown, cause);
  }
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(path));
}

async function readRemote(
  target: string,
  { branch, config: file }: ActionLintRequest,
  { env, cwd, signal }: World,
): Promise<readonly ActionText[]> {
  if (!/^[a-z0-9][a-z0-9-]{2,62}$/.test(target)) throw unreadable(target);
  const config = await readClientConfig({ config: file }, env, cwd);
  return useClientLake(config, async ({ reader }) => {
    const ref = branch ?? (await reader.repository(target, signal)).defaultBranch;
    const commit = await reader.resolve(target, ref, signal);
    return readActions(reader, target, commit.id, signal);
  });
}

function unreadable(shown: string, cause?: unknown): SluiceError {
  const message =
    cause === undefined
      ? `There is no file or folder ${shown}, and it is no name of a repository either.`
      : `${shown} cannot be read.`;
  return new SluiceError({ code: 'action-unreadable', message }, cause === undefined ? undefined : { cause });
}
