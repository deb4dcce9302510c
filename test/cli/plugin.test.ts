/** The program under its other name, as lakectl starts it for `lakectl sluice ...`: arguments and environment, no shell. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lakefs } from '../e2e/harness.ts';
import { createRepository } from '../e2e/lake-user.ts';
import { program } from '../support/programs.ts';
import type { Outcome } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** npm links both names of package.json's `bin` to one file. */
const PLUGIN = join(folder, 'lakectl-sluice');
symlinkSync(program('src/main.ts'), PLUGIN);

/** In a home folder, and with nothing of ours in the environment. */
function lakectlSluice(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PLUGIN, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

describe('lakectl sluice', () => {
  it('is a second name of the program in the package', () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(bin).toEqual({ sluice: 'dist/main.js', 'lakectl-sluice': 'dist/main.js' });
  });

  it('calls itself what the user typed', async () => {
    const { code, stdout } = await lakectlSluice('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: lakectl sluice <command>');
    const { stdout: help } = await lakectlSluice('report', '--help');
    expect(help).toContain('Usage: lakectl sluice report ID');
    expect(help).toContain('\n  lakectl sluice report 01j8zk3v\n');
    expect(help).not.toMatch(/^ *sluice /m);
  });

  it('passes exit codes: bad use is 2, with its usage', async () => {
    const { code, stdout, stderr } = await lakectlSluice('decisions', '--brnch', 'main');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: lakectl sluice decisions');
    expect(stderr).toContain('More: lakectl sluice decisions --help');
  });
});

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
servers:
  - { server: lake, type: s3, location: "s3://plugin-shop/main/{model}/*.csv" }
schema:
  - name: orders
    properties:
      - { name: id, logicalType: integer, primaryKey: true, required: true }
`;

describe("lakectl sluice, with lakectl's configuration and none of its own", () => {
  const contract = join(folder, 'shop.odcs.yaml');

  beforeAll(async () => {
    const lake = await lakefs();
    writeFileSync(
      join(folder, '.lakectl.yaml'),
      `credentials: { access_key_id: ${lake.accessKeyId}, secret_access_key: ${lake.secretAccessKey} }\n` +
        `server: { endpoint_url: ${lake.url}/api/v1 }\n`,
    );
    writeFileSync(contract, CONTRACT.replace('plugin-shop', repository));
    const user = await createRepository(lake, repository);
    await user.put('main', 'orders/1.csv', 'id\n1\n2\n');
    await user.commit('main');
    await user.branch('good', { 'orders/2.csv': 'id\n3\n' });
    await user.branch('bad', { 'orders/2.csv': 'id\n1\n' });
  });
  const repository = `plugin-${Date.now().toString(36)}`;

  it('lets a good merge pass and says 1 to a bad one', async () => {
    const [good, bad] = await Promise.all(
      ['good', 'bad'].map((branch) => lakectlSluice('check', repository, branch, 'main', '--contract', contract)),
    );
    expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining('APPROVED  main <- good') });
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining('REJECTED  main <- bad') });
  });

  it("does not serve with a person's keys", async () => {
    const { code, stderr } = await lakectlSluice('serve');
    expect(code).toBe(2);
    expect(stderr).toContain('error[config-missing]: The setting lakefs.url is not set.');
  });
});
