import { join, resolve } from 'node:path';
import { parseByteSize } from './config/byte-size.ts';
import { type Collected, type ConfigSources, collect } from './config/collect.ts';
import { parseGoDuration } from './config/go-duration.ts';
import { memoryShare, thisMachine } from './config/machine.ts';
import { type Listen, parseListen, parseServerUrl } from './config/network.ts';
import { type Secret, secret } from './config/secret.ts';
import { type RawConfig, validate } from './config/validate.ts';
import type { HookEventType } from './core/event/hook-event.ts';
import { hasErrors, type Problem } from './core/problem.ts';

/** Everything the server is told from outside, checked and frozen. Times in milliseconds, sizes in bytes. */
export interface Config {
  readonly lakefs: { readonly url: string; readonly accessKeyId: string; readonly secretAccessKey: Secret };
  readonly hook: {
    readonly tokens: readonly Secret[];
    readonly listen: Listen;
    readonly defaultDeadlineMs: number;
    readonly maxDeadlineMs: number;
  };
  readonly console: {
    readonly listen: Listen;
    readonly tokens: readonly Secret[];
    /** Where people reach it; null when nobody said. No slash at the end. */
    readonly url: string | null;
    /** Lower case; null: no proxy is believed. */
    readonly userHeader: string | null;
    /** Addresses. */
    readonly proxies: readonly string[];
    /** Who may see the pages of which repositories, beside the tokens; globs of repository ids. */
    readonly access: readonly {
      readonly token: Secret | null;
      readonly user: string | null;
      readonly repositories: readonly string[];
      /** Of which of them failing rows may be downloaded; globs too. */
      readonly rows: readonly string[];
    }[];
  };
  /** Absolute. */
  readonly stateDir: string;
  readonly contracts:
    | { readonly kind: 'directory'; readonly path: string }
    | { readonly kind: 'repository'; readonly prefix: string };
  /** What changed objects under no contract mean. */
  readonly uncovered: 'allow' | 'warn' | 'block';
  readonly withoutMergeResult: 'block' | 'allow';
  /** Globs of branch ids. */
  readonly governedBranches: readonly string[];
  readonly events: EventPolicy;
  /** For a cherry-pick or revert whose result cannot be computed. */
  readonly unpreviewable: 'allow' | 'deny';
  /** Globs of tag ids. */
  readonly releaseTags: readonly string[];
  /** Globs of branch ids; empty: the governed ones, or the default branch where those are all. */
  readonly releaseBranches: readonly string[];
  /** lakeFS users. */
  readonly ruleChangers: readonly string[];
  /** Whether open pull requests are told what was decided. */
  readonly pullRequests: 'update' | 'off';
  readonly replayForMs: number;
  readonly maxConcurrentRuns: number;
  readonly queueLength: number;
  readonly limits: {
    readonly memoryBytes: number;
    readonly threads: number;
    readonly tempBytes: number;
    readonly objects: number;
    readonly bytes: number;
  };
  readonly cacheBytes: number;
  /** Failing rows that are kept for downloads. */
  readonly failingRows: {
    /** Of one check; 0: none are kept. */
    readonly maxRows: number;
    /** All files together. */
    readonly maxBytes: number;
    readonly keepMs: number;
  };
  readonly shutdownGraceMs: number;
  readonly logLevel: RawConfig['logLevel'];
}

/** Events whose result can be judged, beside pre-merge, which always is. */
export type JudgedEvent = 'pre-commit' | 'pre-cherry-pick' | 'pre-revert' | 'pre-create-tag';

/** Answers to every event but pre-merge, and to imports, which come as pre-commit. */
export type EventPolicy = Readonly<
  Record<JudgedEvent, 'judge' | 'allow' | 'deny'> &
    Record<Exclude<HookEventType, 'pre-merge' | JudgedEvent> | 'import', 'allow' | 'deny'>
>;

/** What commands beside the server need: no hook, and contracts only where they are read. */
export type ClientConfig = Omit<Config, 'hook' | 'contracts'> & { readonly contracts: Config['contracts'] | null };

export type LoadedClientConfig =
  | { readonly kind: 'config'; readonly config: ClientConfig }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

export type LoadedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Reads the file and the environment, which wins, into a {@link Config}. All problems are told at once, each with the
 * file's line or the variable's name; none of them shows a value, which may be a secret.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { merged, problems, describe, base } = collect(sources);
  const validated = validate(merged);
  const faults = validated.kind === 'valid' ? [] : validated.faults.map(describe);
  const all = [...problems, ...faults];
  if (validated.kind === 'invalid' || hasErrors(all)) return { kind: 'invalid', problems: all };
  return { kind: 'config', config: deepFreeze(toConfig(validated.raw, base, sources)) };
}

/** Like {@link loadConfig}, for whoever has the keys of lakeFS and nothing else: a laptop, say. */
export function loadClientConfig(sources: ConfigSources): LoadedClientConfig {
  const { merged, problems, describe, base } = collect(sources);
  const { hook: _hook, ...rest } = merged;
  const named = typeof rest['contracts'] === 'string';
  const validated = validate({
    ...rest,
    hook: { token: [UNUSED_TOKEN] },
    ...(named ? {} : { contracts: 'repository' }),
  });
  const faults = validated.kind === 'valid' ? [] : validated.faults.map(describe);
  const all = [...problems, ...faults];
  if (validated.kind === 'invalid' || hasErrors(all)) return { kind: 'invalid', problems: all };
  const { hook: _token, ...config } = toConfig(validated.raw, base, sources);
  return { kind: 'config', config: deepFreeze({ ...config, contracts: named ? config.contracts : null }) };
}

/** Satisfies the schema, and never leaves {@link loadClientConfig}. */
const UNUSED_TOKEN = 'no-hook-on-this-machine';

/**
 * The state directory alone, absolute, for commands that only read records and so need neither keys nor token.
 * A file that cannot be read counts as none.
 */
export function loadStateDir(sources: ConfigSources): string {
  const { merged, base } = collect(sources);
  const given = merged['stateDir'];
  return resolve(base('stateDir'), typeof given === 'string' && given !== '' ? given : defaultStateDir(sources.env));
}

/** Where the hook is to listen, for commands that write its address down. What cannot be read counts as the default. */
export function loadHookListen(sources: ConfigSources): Listen {
  const { merged } = collect(sources);
  const section = merged['hook'];
  const given = typeof section === 'object' && section !== null && 'listen' in section ? section.listen : undefined;
  return (typeof given === 'string' ? parseListen(given) : undefined) ?? DEFAULT_HOOK_LISTEN;
}

/** As the schema has it. */
const DEFAULT_HOOK_LISTEN: Listen = { host: '127.0.0.1', port: 8750 };

/**
 * The console tokens alone, for commands that ask a server and need no keys. A file that cannot be read counts as none.
 */
export function loadConsoleTokens(sources: ConfigSources): readonly Secret[] {
  const { merged } = collect(sources);
  const section = merged['console'];
  const given = typeof section === 'object' && section !== null && 'token' in section ? section.token : [];
  return (Array.isArray(given) ? given : []).filter((token) => typeof token === 'string').map(secret);
}

/** Where people reach the console, for links; null when nobody said. What cannot be read counts as unsaid. */
export function loadConsoleUrl(sources: ConfigSources): string | null {
  const { merged } = collect(sources);
  const section = merged['console'];
  const given = typeof section === 'object' && section !== null && 'url' in section ? section.url : undefined;
  return typeof given === 'string' ? (parseServerUrl(given)?.replace(/\/+$/, '') ?? null) : null;
}

function toConfig(raw: RawConfig, base: Collected['base'], { env }: ConfigSources): Config {
  const machine = thisMachine();
  const maxConcurrentRuns = raw.runs.concurrent ?? Math.max(1, Math.floor(machine.processors / 2));
  const memoryBytes =
    raw.limits.memory === undefined ? memoryShare(machine, maxConcurrentRuns) : bytes(raw.limits.memory);
  const maxDeadlineMs = milliseconds(raw.hook.maxDeadline);
  return {
    lakefs: {
      url: parseServerUrl(raw.lakefs.url) ?? raw.lakefs.url,
      accessKeyId: raw.lakefs.accessKeyId,
      secretAccessKey: secret(raw.lakefs.secretAccessKey),
    },
    hook: {
      tokens: raw.hook.token.map(secret),
      listen: listen(raw.hook.listen),
      defaultDeadlineMs: Math.min(milliseconds(raw.hook.deadline), maxDeadlineMs),
      maxDeadlineMs,
    },
    console: {
      listen: listen(raw.console.listen),
      tokens: raw.console.token.map(secret),
      url:
        raw.console.url === undefined ? null : (parseServerUrl(raw.console.url) ?? raw.console.url).replace(/\/+$/, ''),
      userHeader: raw.console.userHeader?.toLowerCase() ?? null,
      proxies: raw.console.proxies,
      access: raw.console.access.map(({ token, user, repositories, rows }) => ({
        token: token === undefined ? null : secret(token),
        user: user ?? null,
        repositories,
        rows,
      })),
    },
    stateDir: resolve(base('stateDir'), raw.stateDir ?? defaultStateDir(env)),
    contracts:
      raw.contracts === 'repository'
        ? { kind: 'repository', prefix: raw.contractsPath }
        : { kind: 'directory', path: resolve(base('contracts'), raw.contracts) },
    uncovered: raw.uncovered,
    withoutMergeResult: raw.withoutMergeResult,
    governedBranches: raw.governedBranches,
    events: raw.events as EventPolicy,
    unpreviewable: raw.unpreviewable,
    releaseTags: raw.releaseTags,
    releaseBranches: raw.releaseBranches,
    ruleChangers: raw.ruleChangers,
    pullRequests: raw.pullRequests,
    replayForMs: milliseconds(raw.replayFor),
    maxConcurrentRuns,
    queueLength: raw.runs.queue,
    limits: {
      memoryBytes,
      threads: raw.limits.threads ?? Math.max(1, Math.floor(machine.processors / maxConcurrentRuns)),
      tempBytes: raw.limits.temp === undefined ? memoryBytes * 2 : bytes(raw.limits.temp),
      objects: raw.limits.objects,
      bytes: bytes(raw.limits.bytes),
    },
    cacheBytes: bytes(raw.cacheSize),
    failingRows: {
      maxRows: raw.failingRows.maxRows,
      maxBytes: bytes(raw.failingRows.maxBytes),
      keepMs: raw.failingRows.keepDays * 86_400_000,
    },
    shutdownGraceMs: milliseconds(raw.shutdownGrace),
    logLevel: raw.logLevel,
  };
}

function defaultStateDir(env: ConfigSources['env']): string {
  const home = env['XDG_STATE_HOME'];
  return home === undefined || home === '' ? '.sluice' : join(home, 'sluice');
}

const bytes = (text: string) => checked(parseByteSize(text), text);
const milliseconds = (text: string) => checked(parseGoDuration(text), text);
const listen = (text: string) => checked(parseListen(text), text);

/** The schema's formats have vouched for the text with the same parser. */
function checked<T>(parsed: T | undefined, text: string): T {
  if (parsed === undefined) throw new TypeError(`The schema let ${JSON.stringify(text)} pass.`);
  return parsed;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
