import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseGoDuration } from '../../src/config/go-duration.ts';
import { createAuthenticate } from '../../src/server/authenticate.ts';
import { HOOK_PATH } from '../../src/server/hook-app.ts';
import { readDeadline } from '../../src/server/read-deadline.ts';
import { serverConfig, TOKEN } from './running-server.ts';

interface Action {
  readonly name: string;
  readonly on: Readonly<Record<string, { readonly branches: readonly string[] }>>;
  readonly hooks: readonly {
    readonly id: string;
    readonly type: string;
    readonly properties: {
      readonly url: string;
      readonly timeout: unknown;
      readonly query_params: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
    };
  }[];
}

const action = parse(readFileSync(join(import.meta.dirname, '../../hooks/pre-merge.yaml'), 'utf8')) as Action;
const properties = action.hooks[0]?.properties;

describe('hooks/pre-merge.yaml', () => {
  it('keeps to the grammar of lakeFS, which refuses every commit otherwise', () => {
    expect(action.name).toMatch(/^\w[\w\-. ]+$/);
    expect(action.on).toEqual({ 'pre-merge': { branches: ['main'] } });
    expect(action.hooks).toHaveLength(1);
    expect(action.hooks[0]?.id).toMatch(/^[_a-zA-Z][-_a-zA-Z0-9]{1,255}$/);
    expect(action.hooks[0]?.type).toBe('webhook');
  });

  it('calls the path that the server serves, without a placeholder, which lakeFS would not fill', () => {
    expect(new URL(properties?.url ?? '').pathname).toBe(HOOK_PATH);
    expect(properties?.url).not.toContain('{{');
  });

  it('has its timeout as a text, which lakeFS needs, and the deadline at least five seconds below it', () => {
    const timeout = parseGoDuration(String(properties?.timeout));
    const query = new URLSearchParams(properties?.query_params);
    expect(typeof properties?.timeout).toBe('string');
    expect(timeout).toBeGreaterThan((readDeadline(query, serverConfig().hook) ?? Number.NaN) + 5_000);
  });

  it('sends the token the way the server reads it', () => {
    const header = properties?.headers['Authorization'] ?? '';
    expect(header).toContain('{{ ENV.LAKEFSACTION_');
    const authenticate = createAuthenticate([TOKEN]);
    expect(authenticate(header.replace(/\{\{ ENV\.\w+ \}\}/, TOKEN))).toBe(true);
    expect(authenticate(header.replace(/\{\{ ENV\.\w+ \}\}/, ''))).toBe(false);
  });
});
