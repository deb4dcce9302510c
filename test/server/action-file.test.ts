import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseGoDuration } from '../../src/config/go-duration.ts';
import { actionFile, TOKEN_VARIABLE } from '../../src/core/action/action-file.ts';
import { lintActions } from '../../src/core/action/lint-actions.ts';
import { createAuthenticate } from '../../src/server/authenticate.ts';
import { HOOK_PATH } from '../../src/server/hook-app.ts';
import { readDeadline } from '../../src/server/read-deadline.ts';
import { serverConfig, TOKEN } from './running-server.ts';

interface Action {
  readonly hooks: readonly {
    readonly properties: {
      readonly url: string;
      readonly timeout: unknown;
      readonly query_params: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
    };
  }[];
}

const SHIPPED = join(import.meta.dirname, '../../hooks/sluice.yaml');
const text = readFileSync(SHIPPED, 'utf8');
const properties = (parse(text) as Action).hooks[0]?.properties;

describe('hooks/sluice.yaml', () => {
  it('is what `sluice init` writes (update it with `npx vitest run test/server/action-file.test.ts -u`)', async () => {
    const written = actionFile({
      branches: ['main'],
      hookUrl: 'http://127.0.0.1:8750/hooks/lakefs',
      timeoutMs: 300_000,
      tokenVariable: TOKEN_VARIABLE,
    });
    await expect(written).toMatchFileSnapshot(SHIPPED);
  });

  it('passes our own lint', () => {
    expect(lintActions([{ path: '_lakefs_actions/sluice.yaml', text }])).toEqual([]);
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
