import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseServerUrl } from '../../config/network.ts';
import { readConfigFile } from '../../config/read-file.ts';
import { type Problem, SluiceError } from '../../core/problem.ts';

/** The server and the keys that lakectl works with; the address without `/api/v1`, which lakectl adds by itself. */
export interface LakectlServer {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is read, and where lakectl looks for it; its environment wins over its file, value by value. */
const PARTS = {
  url: { path: ['server', 'endpoint_url'], env: 'LAKECTL_SERVER_ENDPOINT_URL' },
  accessKeyId: { path: ['credentials', 'access_key_id'], env: 'LAKECTL_CREDENTIALS_ACCESS_KEY_ID' },
  secretAccessKey: { path: ['credentials', 'secret_access_key'], env: 'LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY' },
} as const;

type Part = keyof typeof PARTS;

/**
 * Reads lakectl's own configuration as lakectl does: its variables, then the file that `LAKECTL_CONFIG_FILE` names,
 * else `~/.lakectl.yaml`. Null when lakectl is not set up at all. No value is ever part of an error.
 *
 * @throws SluiceError `lakectl-config-unreadable`, `lakectl-config-invalid`, `lakectl-config-incomplete`
 */
export function readLakectlConfig(env: Environment): LakectlServer | null {
  const parts = Object.keys(PARTS) as readonly Part[];
  const complete = parts.every((part) => fromEnvironment(part, env) !== undefined);
  const file = complete ? null : openFile(env);
  const found = new Map(
    parts.flatMap((part) => {
      const value = fromEnvironment(part, env) ?? (file === null ? undefined : fromFile(part, file));
      return value === undefined ? [] : [[part, value] as const];
    }),
  );
  if (found.size === 0) return null;
  const [url, accessKeyId, secretAccessKey] = parts.map((part) => found.get(part));
  if (url === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw incomplete(
      parts.filter((part) => !found.has(part)),
      file?.name,
    );
  }
  const server = parseServerUrl(url);
  if (server === undefined) throw badUrl(fromEnvironment('url', env) === undefined ? file : null);
  return { url: server, accessKeyId, secretAccessKey };
}

/** lakectl takes an empty variable for none. */
function fromEnvironment(part: Part, env: Environment): string | undefined {
  return env[PARTS[part].env]?.trim() || undefined;
}

interface LakectlFile {
  readonly name: string;
  readonly value: unknown;
  readonly locate: ReturnType<typeof readConfigFile>['locate'];
}

function openFile(env: Environment): LakectlFile | null {
  const named = env['LAKECTL_CONFIG_FILE'] || undefined;
  const home = env['HOME'] || undefined;
  const name = named ?? (home === undefined ? undefined : join(home, '.lakectl.yaml'));
  if (name === undefined) return null;
  const text = readText(name, named !== undefined);
  if (text === null) return null;
  const { value, problems, locate } = readConfigFile(name, text);
  const [first] = problems;
  if (first !== undefined) throw invalid({ ...first, message: `lakectl's configuration is no YAML: ${first.message}` });
  return { name, value, locate };
}

/** Null when there is none; a file that somebody named has to be there. */
function readText(name: string, named: boolean): string | null {
  try {
    return readFileSync(name, 'utf8');
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !named) return null;
    throw new SluiceError(
      {
        code: 'lakectl-config-unreadable',
        message: `lakectl's configuration ${name} cannot be read (${code}).`,
        hint: `${named ? 'LAKECTL_CONFIG_FILE names it. ' : ''}Set SLUICE_LAKEFS_URL and the keys to do without it.`,
      },
      { cause },
    );
  }
}

function fromFile(part: Part, { value, locate }: LakectlFile): string | undefined {
  const { path } = PARTS[part];
  const found = path.reduce<unknown>((inner, key) => member(inner, key), value);
  if (found === undefined || found === null || found === '') return undefined;
  if (typeof found === 'string') return found.trim();
  const message = `${path.join('.')} of lakectl's configuration has to be a text.`;
  throw invalid({ code: '', message, ...locate(path), hint: 'Put it in quotes.' });
}

/** lakectl reads its keys without looking at their case. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name.toLowerCase() === key)?.[1];
}

function incomplete(missing: readonly Part[], file: string | undefined): SluiceError {
  const names = missing.map((part) => PARTS[part].path.join('.'));
  return new SluiceError({
    code: 'lakectl-config-incomplete',
    message: `lakectl's configuration${file === undefined ? '' : ` ${file}`} has no ${names.join(' and no ')}.`,
    hint:
      'Run lakectl config, or set SLUICE_LAKEFS_URL, SLUICE_LAKEFS_ACCESS_KEY_ID and SLUICE_LAKEFS_SECRET_ACCESS_KEY. ' +
      'Sluice works with an access key; a login of lakectl (lakectl login, AWS IAM) is none.',
  });
}

function badUrl(file: LakectlFile | null): SluiceError {
  const { path, env } = PARTS.url;
  const name = file === null ? env : `${path.join('.')} of lakectl's configuration`;
  const message = `${name} is no address such as http://localhost:8000 or https://lakefs.example.com/api/v1.`;
  return invalid({ code: '', message, ...file?.locate(path) });
}

function invalid(problem: Problem): SluiceError {
  return new SluiceError({ ...problem, code: 'lakectl-config-invalid' });
}
