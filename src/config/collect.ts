import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { type ConfigFile, readConfigFile } from './read-file.ts';
import { isOtherVariable, readVariable, SETTINGS, splitList } from './settings.ts';
import { type Fault, nearest } from './validate.ts';

/** Where the configuration comes from. */
export interface ConfigSources {
  /** `--config`; else `SLUICE_CONFIG`, else `./sluice.yaml` where there is one. */
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * Sections for which neither file nor environment say anything, by name: lakectl's own server and keys. Asked only
   * then; undefined is none.
   */
  readonly fallback?: Readonly<Record<string, () => unknown>>;
}

/** File and environment laid over each other, and the means to say where a part of it came from. */
export interface Collected {
  readonly merged: Values;
  readonly problems: readonly Problem[];
  readonly describe: (fault: Fault) => Problem;
  /** The folder that a relative path of this setting starts from. */
  readonly base: (setting: string) => string;
}

/** Reads the file and lays the environment over it. */
export function collect(sources: ConfigSources): Collected {
  const { path, file, problems } = openFile(sources);
  const given = SETTINGS.flatMap((setting) => {
    const text = sources.env[setting.env];
    return text === undefined || text.trim() === '' ? [] : [{ ...setting, value: readVariable(setting.reading, text) }];
  });
  const fromFile = isRecord(file.value) ? withTokenLists(file.value) : {};
  const shape: readonly Problem[] = isRecord(file.value)
    ? []
    : [{ code: 'config-invalid', message: 'The configuration file must be a mapping.', ...file.locate([]) }];
  const laid = given.reduce((record, { path: keys, value }) => withValue(record, keys, value), fromFile);
  const merged = Object.entries(sources.fallback ?? {}).reduce(
    (record, [key, ask]) => withFallback(record, key, ask),
    laid,
  );
  const fromEnv = (keys: readonly string[]) =>
    given.find((setting) => setting.path.every((part, index) => keys[index] === part));
  return {
    merged,
    problems: [...problems, ...shape, ...unknownVariables(sources.env)],
    describe: (fault) => toProblem(fault, fromEnv(fault.path)?.env, path === undefined ? undefined : file),
    base: (setting) => (path === undefined || fromEnv([setting]) ? sources.cwd : dirname(path)),
  };
}

interface OpenedFile {
  readonly path: string | undefined;
  readonly file: ConfigFile;
  readonly problems: readonly Problem[];
}

function openFile({ file, env, cwd }: ConfigSources): OpenedFile {
  const named = file ?? (env['SLUICE_CONFIG'] || undefined);
  const path = resolve(cwd, named ?? 'sluice.yaml');
  try {
    const content = readConfigFile(named ?? 'sluice.yaml', readFileSync(path, 'utf8'));
    return { path, file: content, problems: content.problems };
  } catch (error) {
    const none = { value: {}, problems: [], locate: () => ({ file: path, line: 1, column: 1 }) };
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && named === undefined) return { path: undefined, file: none, problems: [] };
    const message = `The configuration file ${path} ${missing ? 'does not exist' : 'cannot be read'}.`;
    return { path: undefined, file: none, problems: [{ code: 'config-unreadable', message }] };
  }
}

function unknownVariables(env: ConfigSources['env']): readonly Problem[] {
  const known = SETTINGS.map((setting) => setting.env);
  return Object.keys(env)
    .filter((name) => name.startsWith('SLUICE_') && !known.includes(name) && !isOtherVariable(name))
    .map((name) => {
      const meant = nearest(name, known);
      return {
        code: 'config-unknown-variable',
        message: `The environment variable ${name} is no setting of Sluice.`,
        hint: meant === undefined ? 'Remove it from the environment.' : `Did you mean ${meant}?`,
      };
    });
}

function toProblem(fault: Fault, variable: string | undefined, file: ConfigFile | undefined): Problem {
  const name = fault.path.join('.');
  const code = { missing: 'config-missing', unknown: 'config-unknown-key', invalid: 'config-invalid' }[fault.kind];
  if (fault.kind === 'missing') {
    const env = SETTINGS.find((setting) => setting.path.join('.') === name)?.env;
    const hint = env === undefined ? `Set ${name}.` : `Set ${env}, or ${name} in sluice.yaml.`;
    return { code, message: `The setting ${name} ${fault.message}`, hint };
  }
  const hint = fault.hint === undefined ? {} : { hint: fault.hint };
  if (variable !== undefined) return { code, message: `${variable} (${name}) ${fault.message}`, ...hint };
  return { code, message: `The setting ${name} ${fault.message}`, ...file?.locate(fault.path), ...hint };
}

type Values = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** People write one token as a text; several may be a list or, as in the environment, separated by commas. */
function withTokenLists(values: Values): Values {
  return ['hook', 'console'].reduce((record, section) => {
    const inner = record[section];
    if (!isRecord(inner) || typeof inner['token'] !== 'string') return record;
    return withValue(record, [section, 'token'], splitList(inner['token']));
  }, values);
}

/** Server and keys belong together: a section that says anything itself takes nothing from elsewhere. */
function withFallback(values: Values, key: string, ask: () => unknown): Values {
  const value = values[key] === undefined ? ask() : undefined;
  return value === undefined ? values : { ...values, [key]: value };
}

function withValue(values: Values, [key, ...rest]: readonly string[], value: unknown): Values {
  if (key === undefined) return values;
  const inner = values[key];
  if (rest.length > 0) return { ...values, [key]: withValue(isRecord(inner) ? inner : {}, rest, value) };
  return { ...values, [key]: isRecord(inner) && isRecord(value) ? { ...inner, ...value } : value };
}
