/** Where commands that work from a laptop take server and keys from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClientConfig } from '../../src/wire/client-config.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-client-'));
  writeFileSync(
    join(home, '.lakectl.yaml'),
    'credentials: { access_key_id: OF_LAKECTL, secret_access_key: secret }\nserver: { endpoint_url: http://lake:8000/api/v1 }\n',
  );
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const read = (env: Readonly<Record<string, string>>, cwd = home) =>
  readClientConfig({ config: null }, { HOME: home, ...env }, cwd);

describe('the configuration of a client', () => {
  it("takes lakectl's server and keys where ours are not set", async () => {
    const { lakefs } = await read({});
    expect(lakefs).toMatchObject({ url: 'http://lake:8000', accessKeyId: 'OF_LAKECTL' });
    expect(lakefs.secretAccessKey.reveal()).toBe('secret');
  });

  it('prefers ours', async () => {
    const ours = {
      SLUICE_LAKEFS_URL: 'http://ours:8000',
      SLUICE_LAKEFS_ACCESS_KEY_ID: 'OURS',
      SLUICE_LAKEFS_SECRET_ACCESS_KEY: 'ours',
    };
    expect((await read(ours)).lakefs).toMatchObject({ url: 'http://ours:8000', accessKeyId: 'OURS' });
    // A broken file of lakectl is not even looked at.
    await expect(read({ ...ours, LAKECTL_CONFIG_FILE: '/nowhere' })).resolves.toBeDefined();
  });

  it("never sends lakectl's keys to a server of ours", async () => {
    await expect(read({ SLUICE_LAKEFS_URL: 'http://ours:8000' })).rejects.toMatchObject({
      problem: { code: 'config-missing', message: expect.stringContaining('lakefs.accessKeyId') },
    });
  });

  it("says what is wrong with lakectl's file", async () => {
    await expect(read({ LAKECTL_CONFIG_FILE: '/nowhere' })).rejects.toMatchObject({
      problem: { code: 'lakectl-config-unreadable' },
    });
  });
});
