/** The program under its other name, as lakectl starts it for `lakectl sluice ...`: arguments and environment, no shell. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** npm links both names of package.json's `bin` to one file. */
const PLUGIN = join(folder, 'lakectl-sluice');
symlinkSync(join(ROOT, 'src/main.ts'), PLUGIN);

function lakectlSluice(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), PLUGIN, ...args],
    {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    },
  );
  return { code: status, stdout, stderr };
}

const LAKECTL_YAML =
  'credentials: { access_key_id: OF_A_PERSON, secret_access_key: secret }\nserver: { endpoint_url: http://127.0.0.1:9/ }\n';

describe('lakectl sluice', () => {
  it('is a second name of the program in the package', () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(bin).toEqual({ sluice: 'dist/main.js', 'lakectl-sluice': 'dist/main.js' });
  });

  it('calls itself what the user typed', () => {
    const { code, stdout } = lakectlSluice('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: lakectl sluice <command>');
    const help = lakectlSluice('report', '--help').stdout;
    expect(help).toContain('Usage: lakectl sluice report ID');
    expect(help).toContain('\n  lakectl sluice report 01j8zk3v\n');
    expect(help).not.toMatch(/^ *sluice /m);
  });

  it('passes exit codes: bad use is 2, with its usage', () => {
    const { code, stdout, stderr } = lakectlSluice('decisions', '--brnch', 'main');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: lakectl sluice decisions');
    expect(stderr).toContain('More: lakectl sluice decisions --help');
  });

  it("does not serve with a person's keys", () => {
    writeFileSync(join(folder, '.lakectl.yaml'), LAKECTL_YAML);
    const { code, stderr } = lakectlSluice('serve');
    expect(code).toBe(2);
    expect(stderr).toContain('error[config-missing]: The setting lakefs.url is not set.');
  });
});
