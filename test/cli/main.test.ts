import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../support/programs.ts';
import type { Outcome } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = `"${process.execPath}"`;
const SLUICE = `${NODE} "${program('src/main.ts')}"`;

/** Runs a line of bash in the project's folder; `begun` hears standard error while it runs. */
function bash(line: string, begun?: (pid: number) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (text.includes('begun') && child.pid !== undefined) begun?.(child.pid);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === null) reject(new Error(`ended by ${signal}: ${stderr}`));
      else resolve({ code, stdout, stderr });
    });
  });
}

describe('the real program', () => {
  it('shows help without loading DuckDB or SQLite', async () => {
    const told = 'process.on("exit",()=>console.error(process.report.getReport().sharedObjects.join(" ")))';
    const { code, stdout, stderr } = await bash(
      `${NODE} --import 'data:text/javascript,${told}' "${program('src/main.ts')}" --help`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: sluice <command>');
    expect(stderr).toContain('libc');
    expect(stderr).not.toMatch(/duckdb|libsql/);
  });

  it('exits with 2 and no stack on bad use', async () => {
    const { code, stdout, stderr } = await bash(`${SLUICE} check --dta x`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Did you mean `--data`?');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('prints a schema whole through a pipe', async () => {
    const { code, stdout } = await bash(`set -o pipefail; ${SLUICE} schema report | cat`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $id: 'urn:sluice:report:1' });
  });

  it('is quiet when its reader goes away', async () => {
    // The reader is gone before the first byte is written.
    const { stdout, stderr } = await bash(`${SLUICE} schema report | true; echo "\${PIPESTATUS[0]}"`);
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });

  const full = existsSync('/dev/full');
  it.runIf(full)(
    `does not look like a success when the disk is full${full ? '' : ' (skipped: no /dev/full)'}`,
    async () => {
      const { code, stderr } = await bash(`${SLUICE} schema report > /dev/full`);
      expect(code).toBe(2);
      expect(stderr).toBe('error[output-failed]: Cannot write the output (ENOSPC).\n');
    },
  );

  it.each(['SIGINT', 'SIGTERM'] as const)('stops at %s, exit 130, nothing on standard output', async (signal) => {
    const line = `exec ${NODE} "${program('test/cli/slow-check.ts')}" check --contract a --data b`;
    const { code, stdout, stderr } = await bash(line, (pid) => process.kill(pid, signal));
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'begun\n' });
  });
});
