import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseByteSize } from './config/byte-size.ts';
import { type Collected, type ConfigSources, collect } from './config/collect.ts';
import { parseGoDuration } from './config/go-duration.ts';
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
  readonly console: { readonly listen: Listen };
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
  readonly shutdownGraceMs: number;
  readonly logLevel: RawConfig['logLevel'];
}

/** Answers to every event but pre-merge, which is judged. */
type EventPolicy = Readonly<Record<Exclude<HookEventType, 'pre-merge'>, 'allow' | 'deny'>>;

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

/**
 * The state directory alone, absolute, for commands that only read records and so need neither keys nor token.
 * A file that cannot be read counts as none.
 */
export function loadStateDir(sources: ConfigSources): string {
  const { merged, base } = collect(sources);
  const given = merged['stateDir'];
  return resolve(base('stateDir'), typeof given === 'string' && given !== '' ? given : defaultStateDir(sources.env));
}

function toConfig(raw: RawConfig, base: Collected['base'], { env }: ConfigSources): Config {
  const maxConcurrentRuns = raw.runs.concurrent ?? Math.max(1, Math.floor(availableParallelism() / 2));
  const memoryBytes = raw.limits.memory === undefined ? shareOfMemory(maxConcurrentRuns) : bytes(raw.limits.memory);
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
    console: { listen: listen(raw.console.listen) },
    stateDir: resolve(base('stateDir'), raw.stateDir ?? defaultStateDir(env)),
    contracts:
      raw.contracts === 'repository'
        ? { kind: 'repository', prefix: raw.contractsPath }
        : { kind: 'directory', path: resolve(base('contracts'), raw.contracts) },
    uncovered: raw.uncovered,
    withoutMergeResult: raw.withoutMergeResult,
    governedBranches: raw.governedBranches,
    events: raw.events as EventPolicy,
    maxConcurrentRuns,
    queueLength: raw.runs.queue,
    limits: {
      memoryBytes,
      threads: raw.limits.threads ?? Math.max(1, Math.floor(availableParallelism() / maxConcurrentRuns)),
      tempBytes: raw.limits.temp === undefined ? memoryBytes * 2 : bytes(raw.limits.temp),
      objects: raw.limits.objects,
      bytes: bytes(raw.limits.bytes),
    },
    cacheBytes: bytes(raw.cacheSize),
    shutdownGraceMs: milliseconds(raw.shutdownGrace),
    logLevel: raw.logLevel,
  };
}

/** DuckDB gets what two GiB for everything else leave of the machine, shared among the runs. */
function shareOfMemory(runs: number): number {
  const gibibyte = 2 ** 30;
  return Math.max(gibibyte / 2, Math.floor((totalmem() - 2 * gibibyte) / runs));
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
