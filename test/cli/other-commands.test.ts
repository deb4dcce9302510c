import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LintedContract, Services } from '../../src/cli/services.ts';
import { sluice } from './world.ts';

describe('sluice contract lint', () => {
  const answering = (contracts: readonly LintedContract[]): Pick<Services, 'lintContracts'> => ({
    lintContracts: async () => contracts,
  });
  const error = {
    code: 'unknown-key',
    message: 'No key `requird`.',
    file: 'a.yaml',
    line: 14,
    column: 9,
    hint: 'Did you mean `required`?',
  };
  const warning = {
    code: 'deprecated',
    level: 'warning',
    message: 'Old word.',
    file: 'a.yaml',
    line: 2,
    column: 1,
  } as const;

  it('prints problems as compilers do, and counts them', async () => {
    const contracts = [
      { file: 'a.yaml', problems: [error, warning], readable: true },
      { file: 'b.yaml', problems: [], readable: true },
    ];
    expect(await sluice(['contract', 'lint', 'a.yaml', 'b.yaml'], { services: answering(contracts) })).toEqual({
      code: 1,
      stdout:
        'a.yaml:14:9: error[unknown-key]: No key `requird`.\n' +
        '  help: Did you mean `required`?\n' +
        'a.yaml:2:1: warning[deprecated]: Old word.\n' +
        '\n' +
        '1 error, 1 warning in 2 contracts\n',
      stderr: '',
    });
  });

  it('is content with warnings', async () => {
    const contracts = [{ file: 'a.yaml', problems: [warning], readable: true }];
    const { code, stdout } = await sluice(['contract', 'lint', 'a.yaml'], { services: answering(contracts) });
    expect(code).toBe(0);
    expect(stdout).toContain('\n1 warning in 1 contract\n');
  });

  it('says that all is fine', async () => {
    const fine = (file: string) => ({ file, problems: [], readable: true });
    const one = await sluice(['contract', 'lint', 'a'], { services: answering([fine('a')]) });
    expect(one).toMatchObject({ code: 0, stdout: 'The contract is fine.\n' });
    const two = await sluice(['contract', 'lint', 'a', 'b'], { services: answering([fine('a'), fine('b')]) });
    expect(two).toMatchObject({ code: 0, stdout: 'All 2 contracts are fine.\n' });
  });

  it('exits with 2 when a file cannot be read, and names the file', async () => {
    const problem = { code: 'contract-unreadable', message: 'It does not exist.' };
    const contracts = [{ file: 'gone.yaml', problems: [problem], readable: false }];
    const { code, stdout } = await sluice(['contract', 'lint', 'gone.yaml'], { services: answering(contracts) });
    expect(code).toBe(2);
    expect(stdout).toContain('gone.yaml: error[contract-unreadable]: It does not exist.\n');
  });

  it('never says fine of no contract at all', async () => {
    const { code, stdout, stderr } = await sluice(['contract', 'lint', 'empty/'], { services: answering([]) });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error[no-contracts]');
  });

  it('gives it all as JSON', async () => {
    const contracts = [{ file: 'a.yaml', problems: [error, warning], readable: true }];
    const { code, stdout } = await sluice(['contract', 'lint', 'a.yaml', '--format', 'json'], {
      services: answering(contracts),
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ errors: 1, warnings: 1, files: contracts });
  });

  it('makes hostile text inert', async () => {
    const hostile = { code: 'x', message: 'a\u001b[2J', file: 'b\nc', hint: '\u202e' };
    const contracts = [{ file: 'b\nc', problems: [hostile], readable: true }];
    const { stdout } = await sluice(['contract', 'lint', 'x'], { services: answering(contracts) });
    expect(stdout).toContain('b\\nc: error[x]: a\\u001b[2J\n  help: \\u202e\n');
  });
});

describe('sluice schema', () => {
  it.each(['contract', 'report'])('prints the %s schema as published', async (name) => {
    const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
    expect(await sluice(['schema', name])).toEqual({ code: 0, stdout: readFileSync(file, 'utf8'), stderr: '' });
  });
});

describe('sluice serve', () => {
  it('serves with the configuration named, until it is told to stop', async () => {
    const stopping = new AbortController();
    const calls: unknown[] = [];
    const services: Pick<Services, 'serve'> = {
      serve: (request, signal) => {
        calls.push(request);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    };
    const running = sluice(['serve', '--config', 'sluice.yaml'], { services, signal: stopping.signal });
    setTimeout(() => stopping.abort(), 10);
    expect(await running).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(calls).toEqual([{ config: 'sluice.yaml' }]);
  });
});

describe('sluice demo', () => {
  it('lets the demo print', async () => {
    const services: Pick<Services, 'demo'> = {
      demo: async ({ keep, color, print }) => print(`keep ${keep}, color ${color}\n`),
    };
    expect((await sluice(['demo'], { services })).stdout).toBe('keep false, color false\n');
    expect((await sluice(['demo', '--keep'], { services, terminal: true })).stdout).toBe('keep true, color true\n');
  });
});
