import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { closest, distance } from 'fastest-levenshtein';
import schema from '../config.schema.json' with { type: 'json' };
import { parseByteSize } from './byte-size.ts';
import { parseGoDuration } from './go-duration.ts';
import { parseListen, parseServerUrl } from './network.ts';

/** A setting that is not as the schema wants it; `path` leads to it from the top of the file. */
export interface Fault {
  readonly path: readonly string[];
  readonly kind: 'missing' | 'unknown' | 'invalid';
  /** Says what is wrong without the value, which may be a secret. Starts after the setting's name. */
  readonly message: string;
  readonly hint?: string;
}

/** The settings as the schema vouches for them, defaults filled in; what depends on the machine may be absent. */
export interface RawConfig {
  readonly lakefs: { readonly url: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly hook: {
    readonly token: readonly string[];
    readonly listen: string;
    readonly deadline: string;
    readonly maxDeadline: string;
  };
  readonly console: {
    readonly listen: string;
    readonly token: readonly string[];
    readonly url?: string;
    readonly userHeader?: string;
    readonly proxies: readonly string[];
    readonly access: readonly {
      readonly token?: string;
      readonly user?: string;
      readonly repositories: readonly string[];
      readonly rows: readonly string[];
    }[];
  };
  readonly stateDir?: string;
  readonly contracts: string;
  readonly contractsPath: string;
  readonly uncovered: 'allow' | 'warn' | 'block';
  readonly withoutMergeResult: 'block' | 'allow';
  readonly governedBranches: readonly string[];
  readonly events: Readonly<Record<string, 'judge' | 'allow' | 'deny'>>;
  readonly unpreviewable: 'allow' | 'deny';
  readonly releaseTags: readonly string[];
  readonly releaseBranches: readonly string[];
  readonly ruleChangers: readonly string[];
  readonly pullRequests: 'update' | 'off';
  readonly replayFor: string;
  readonly runs: { readonly concurrent?: number; readonly queue: number };
  readonly limits: {
    readonly memory?: string;
    readonly threads?: number;
    readonly temp?: string;
    readonly objects: number;
    readonly bytes: string;
  };
  readonly cacheSize: string;
  readonly failingRows: { readonly maxRows: number; readonly maxBytes: string; readonly keepDays: number };
  readonly shutdownGrace: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
}

export type Validated =
  | { readonly kind: 'valid'; readonly raw: RawConfig }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] };

/** Checks a configuration against its schema; all faults at once. Fills the schema's defaults into a copy. */
export function validate(value: unknown): Validated {
  const copy = withSections(value);
  if (isRawConfig(copy)) return { kind: 'valid', raw: copy };
  const faults = (isRawConfig.errors ?? []).map(toFault);
  return { kind: 'invalid', faults };
}

/** The known word nearest to a mistyped one, when it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const candidate = known.length === 0 ? undefined : closest(word, known);
  if (candidate === undefined) return undefined;
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= Math.max(2, word.length / 4) ? candidate : undefined;
}

const FORMATS = {
  bytes: (text: string) => parseByteSize(text) !== undefined,
  duration: (text: string) => parseGoDuration(text) !== undefined,
  listen: (text: string) => parseListen(text) !== undefined,
  'server-url': (text: string) => parseServerUrl(text) !== undefined,
  // What an HTTP header can carry, without the comma that separates tokens.
  token: (text: string) => /^[!-+\--~]{16,512}$/.test(text),
  prefix: (text: string) => /^[^/\s][^\s]*\/$/.test(text) && !text.split('/').includes('..'),
} as const;

const WANTED: Readonly<Record<string, string>> = {
  bytes: 'must be a size such as 4GB or 512MiB.',
  duration: 'must be a duration such as 50s or 4m50s.',
  listen: 'must be an address such as 127.0.0.1:8750.',
  'server-url': 'must be an http or https address without user, query or fragment.',
  token: 'must be of at least 16 printable characters without space or comma.',
  prefix: 'must be a path in the repository that ends in a slash, such as contracts/.',
};

const isRawConfig = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  useDefaults: true,
  formats: FORMATS,
}).compile<RawConfig>(schema);

/** Defaults inside a section apply only where the section is there. */
function withSections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const sections = { hook: {}, lakefs: {}, console: {}, events: {}, runs: {}, limits: {}, failingRows: {} };
  return structuredClone({ ...sections, ...value });
}

function toFault(error: ErrorObject): Fault {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { keyword, params } = error;
  if (keyword === 'required') {
    return { path: [...path, String(params['missingProperty'])], kind: 'missing', message: 'is not set.' };
  }
  if (keyword === 'additionalProperties') return unknownKey([...path, String(params['additionalProperty'])], path);
  return { path, kind: 'invalid', message: invalid(error) };
}

function unknownKey(path: readonly string[], parent: readonly string[]): Fault {
  const meant = nearest(path.at(-1) ?? '', knownKeys(parent));
  const hint = meant === undefined ? `Known here: ${knownKeys(parent).join(', ')}.` : `Did you mean \`${meant}\`?`;
  return { path, kind: 'unknown', message: 'is no setting of Sluice.', hint };
}

function knownKeys(parent: readonly string[]): readonly string[] {
  const sections = schema.properties as Readonly<Record<string, { readonly properties?: object }>>;
  const [section] = parent;
  return Object.keys(section === undefined ? sections : (sections[section]?.properties ?? {}));
}

function invalid({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'format') return WANTED[String(params['format'])] ?? 'is invalid.';
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}.`;
  if (keyword === 'minItems' || keyword === 'minLength') return 'must not be empty.';
  if (keyword === 'type') return `must be of type ${params['type']}.`;
  return `${message ?? 'is invalid'}.`;
}
