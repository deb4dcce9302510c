import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readLakectlConfig } from '../../../src/adapters/lakectl/lakectl-config.ts';
import { SluiceError } from '../../../src/core/problem.ts';

const homes: string[] = [];
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** A home folder whose `.lakectl.yaml` holds the text. */
function homeWith(text: string): string {
  const home = mkdtempSync(join(tmpdir(), 'sluice-lakectl-'));
  homes.push(home);
  writeFileSync(join(home, '.lakectl.yaml'), text);
  return home;
}

function problemOf(env: Readonly<Record<string, string>>): Record<string, unknown> {
  try {
    readLakectlConfig(env);
  } catch (error) {
    if (error instanceof SluiceError) return { ...error.problem };
    throw error;
  }
  throw new Error('nothing was wrong');
}

/** As `lakectl config` writes it, with parts that are none of our business. */
const WHOLE = `credentials:
  access_key_id: AKIA_OF_THE_FILE
  secret_access_key: secret-of-the-file
experimental:
  local:
    posix_permissions: { enabled: false }
server:
  endpoint_url: http://lakefs.example.com:8000/api/v1
  retries: { max_attempts: 4 }
`;

describe("lakectl's configuration", () => {
  it('is read from the home folder, the address without /api/v1', () => {
    expect(readLakectlConfig({ HOME: homeWith(WHOLE) })).toEqual({
      url: 'http://lakefs.example.com:8000',
      accessKeyId: 'AKIA_OF_THE_FILE',
      secretAccessKey: 'secret-of-the-file',
    });
  });

  it('keeps the path of a server behind a proxy', () => {
    const home = homeWith(WHOLE.replace('http://lakefs.example.com:8000/', 'https://example.com/lake/'));
    expect(readLakectlConfig({ HOME: home })?.url).toBe('https://example.com/lake');
  });

  it('is none without file and variables', () => {
    expect(readLakectlConfig({})).toBeNull();
    expect(readLakectlConfig({ HOME: join(tmpdir(), 'nobody-lives-here') })).toBeNull();
    expect(readLakectlConfig({ HOME: homeWith('') })).toBeNull();
  });

  it('lets a variable win over the file, value by value; an empty one is none', () => {
    const env = {
      HOME: homeWith(WHOLE),
      LAKECTL_SERVER_ENDPOINT_URL: 'http://localhost:8000',
      LAKECTL_CREDENTIALS_ACCESS_KEY_ID: '',
    };
    expect(readLakectlConfig(env)).toEqual({
      url: 'http://localhost:8000',
      accessKeyId: 'AKIA_OF_THE_FILE',
      secretAccessKey: 'secret-of-the-file',
    });
  });

  it('is read from LAKECTL_CONFIG_FILE instead of the home folder', () => {
    const other = join(homeWith(WHOLE.replace('AKIA_OF_THE_FILE', 'AKIA_OF_THE_OTHER')), '.lakectl.yaml');
    expect(readLakectlConfig({ HOME: homeWith(WHOLE), LAKECTL_CONFIG_FILE: other })?.accessKeyId).toBe(
      'AKIA_OF_THE_OTHER',
    );
  });

  it('takes keys in any case, as lakectl does', () => {
    const home = homeWith(WHOLE.replace('access_key_id', 'Access_Key_ID').replace('server:', 'Server:'));
    expect(readLakectlConfig({ HOME: home })?.accessKeyId).toBe('AKIA_OF_THE_FILE');
  });

  it('needs no file when the variables say everything, not even a readable one', () => {
    const env = {
      LAKECTL_CONFIG_FILE: '/nowhere/at/all.yaml',
      LAKECTL_SERVER_ENDPOINT_URL: 'http://localhost:8000/',
      LAKECTL_CREDENTIALS_ACCESS_KEY_ID: 'AKIA',
      LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY: 'secret',
    };
    expect(readLakectlConfig(env)?.url).toBe('http://localhost:8000');
  });

  it.each([
    ['a named file that is not there', 'lakectl-config-unreadable', { LAKECTL_CONFIG_FILE: '/nowhere/at/all.yaml' }],
    ['a folder in its place', 'lakectl-config-unreadable', { LAKECTL_CONFIG_FILE: tmpdir() }],
  ])('names %s', (_what, code, env) => {
    const problem = problemOf(env);
    expect(problem).toMatchObject({ code, message: expect.stringContaining(env.LAKECTL_CONFIG_FILE) });
  });

  it.each([
    ['an open bracket', 'lakectl-config-invalid', WHOLE.replace('experimental:', 'experimental: ['), {}],
    ['a number for a key', 'lakectl-config-invalid', WHOLE.replace('AKIA_OF_THE_FILE', '12345'), { line: 2 }],
    ['an address without http', 'lakectl-config-invalid', WHOLE.replace('http://', ''), { line: 8 }],
    [
      'an address with a password',
      'lakectl-config-invalid',
      WHOLE.replace('http://', 'http://me:secret@'),
      { line: 8 },
    ],
    ['a login without keys', 'lakectl-config-incomplete', WHOLE.replace(/ {2}(access|secret).*\n/g, ''), {}],
  ])('says where there is %s, and shows no value', (_what, code, text, place) => {
    const home = homeWith(text);
    const problem = problemOf({ HOME: home });
    expect(problem).toMatchObject({ code, ...place });
    expect(JSON.stringify(problem)).toContain(join(home, '.lakectl.yaml'));
    expect(JSON.stringify(problem)).not.toMatch(/secret-of|me:secret|12345|AKIA/);
  });

  it('says which of several parts is missing', () => {
    const problem = problemOf({ LAKECTL_SERVER_ENDPOINT_URL: 'http://localhost:8000' });
    expect(problem['message']).toBe(
      "lakectl's configuration has no credentials.access_key_id and no credentials.secret_access_key.",
    );
  });
});
