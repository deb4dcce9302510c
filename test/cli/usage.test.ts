import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { parseInput } from '../../src/cli/parse-input.ts';
import { SluiceError } from '../../src/core/problem.ts';
import { sluice } from './world.ts';

describe('help', () => {
  it('lists every command', async () => {
    const { code, stdout, stderr } = await sluice(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s shows all it takes',
    async (name, command) => {
      const { code, stdout } = await sluice([...name.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: sluice ${name}`);
      for (const option of command.options) expect(stdout).toContain(`--${option.name}`);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { line } of command.examples) expect(stdout).toContain(`  ${line}\n`);
      expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
      expect(await sluice(['help', ...name.split(' ')])).toEqual({ code, stdout, stderr: '' });
    },
  );

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'gives examples of %s that parse',
    (name, command) => {
      for (const { line } of command.examples) {
        const words = line.replace(/ >.*$/, '').split(' ');
        const own = name.split(' ').length + 1;
        expect(words.slice(0, own).join(' ')).toBe(`sluice ${name}`);
        expect(parseInput(command, words.slice(own)).kind).toBe('input');
      }
    },
  );

  it('answers -h and help too', async () => {
    const { stdout } = await sluice(['--help']);
    expect((await sluice(['-h'])).stdout).toBe(stdout);
    expect((await sluice(['help'])).stdout).toBe(stdout);
    expect((await sluice(['check', '-h'])).stdout).toContain('Usage: sluice check');
  });

  it('wins over everything else that is wrong', async () => {
    expect((await sluice(['check', '--nonsense', '--help'])).code).toBe(0);
  });
});

describe('the version', () => {
  it('is that of the package', async () => {
    expect(await sluice(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('bad use', () => {
  it.each<[string, string[], string]>([
    [
      'a command that is nearly one',
      ['chek'],
      'error[unknown-command]: There is no command `chek`.\n  help: Did you mean `check`?',
    ],
    ['a command that is like none', ['frobnicate'], 'help: Known: check, merge, contract lint'],
    ['half a command', ['contract'], 'help: Known: contract lint.'],
    ['a word of two that is nearly one', ['contract', 'lnt'], 'help: Did you mean `contract lint`?'],
    ['an option of no command', ['--verson'], 'There is no option `--verson`.\n  help: Did you mean `--version`?'],
    [
      'an option that is nearly one',
      ['check', '--dta', 'x'],
      'There is no option --dta.\n  help: Did you mean `--data`?',
    ],
    ['a short option', ['check', '-x'], 'error[unknown-option]: There is no option -x.'],
    [
      'an option without its value',
      ['check', '--contract', 'a', '--data'],
      'error[missing-value]: --data needs a value.',
    ],
    [
      'an option in place of a value',
      ['check', '--contract', '--data', 'x'],
      'error[missing-value]: --contract needs a value.',
    ],
    ['an empty choice', ['decisions', '--format='], '--format is empty.'],
    ['a value for a switch', ['demo', '--keep=yes'], 'error[unexpected-value]: --keep takes no value.'],
    [
      'an option given twice',
      ['check', '--data', 'a', '--data', 'b'],
      'error[repeated-option]: --data is given twice.',
    ],
    [
      'a choice that is nearly one',
      ['decisions', '--format', 'jsn'],
      '--format cannot be `jsn`.\n  help: Did you mean `json`?',
    ],
    ['a choice that is like none', ['decisions', '--state', 'purple'], 'help: Choices: running, approved, rejected'],
    [
      'required options left out',
      ['check'],
      'error[missing-option]: --contract FILE... is required.\nerror[missing-option]: --data PATH is required.',
    ],
    [
      'a new table without a base',
      ['check', '--contract', 'a', '--data', 'b', '--new-table', 'returns'],
      'error[option-misplaced]: --new-table says that a table has no data at --base, and there is no --base.\n  help: Add --base PATH',
    ],
    ['an argument too many', ['serve', 'now'], 'error[unexpected-argument]: `now` is one argument too many.'],
    ['a second ID', ['report', 'a', 'b'], '`b` is one argument too many.'],
    ['an argument left out', ['contract', 'lint'], 'error[missing-argument]: FILE is missing.'],
    ['an unknown schema', ['schema', 'reprot'], 'SCHEMA cannot be `reprot`.\n  help: Did you mean `report`?'],
    ['a limit of nothing', ['decisions', '--limit', '0'], 'error[limit-invalid]: --limit cannot be `0`.'],
    ['a limit that is no number', ['decisions', '--limit', '1e3'], '--limit cannot be `1e3`.'],
    [
      'a time without a zone',
      ['check', '--contract', 'a', '--data', 'b', '--now', '2026-08-22T10:00'],
      'error[time-invalid]',
    ],
    [
      'a day that does not exist',
      ['check', '--contract', 'a', '--data', 'b', '--now', '2026-02-30'],
      'error[time-invalid]',
    ],
    [
      'an hour that does not exist',
      ['check', '--contract', 'a', '--data', 'b', '--now', '2026-02-03T25:00Z'],
      'error[time-invalid]',
    ],
    ['a terminal sequence', ['\u001b[31m'], 'There is no command `\\u001b[31m`.'],
  ])('%s: exit 2, a sentence on standard error, nothing on standard output', async (_name, args, words) => {
    const { code, stdout, stderr } = await sluice(args);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('tells everything at once', async () => {
    const { stderr } = await sluice(['check', '--dta', 'x', '--format', 'yaml', '--now']);
    expect(stderr.match(/^error\[/gm)).toHaveLength(3);
  });

  it('is a call without a command, so that an empty variable in a script never looks like an approval', async () => {
    const { code, stdout, stderr } = await sluice([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: sluice <command>');
  });
});

describe('an error of a service', () => {
  const failing = (error: unknown) => ({ services: { decisions: () => Promise.reject(error) } });

  it('that Sluice knows is a code, a sentence and a hint', async () => {
    const error = new SluiceError({ code: 'state-locked', message: 'Another server runs.', hint: 'Stop it.' });
    expect(await sluice(['decisions'], failing(error))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error[state-locked]: Another server runs.\n  help: Stop it.\n',
    });
  });

  it('that stands for several shows each of them', async () => {
    const several = ['a', 'b'].map((code) => new SluiceError({ code, message: `problem ${code}` }));
    const error = new SluiceError({ code: 'all', message: 'all' }, { cause: new AggregateError(several) });
    expect((await sluice(['decisions'], failing(error))).stderr).toBe('error[a]: problem a\nerror[b]: problem b\n');
  });

  it('that nobody expected has no stack, unless asked for', async () => {
    const { code, stderr } = await sluice(['decisions'], failing(new TypeError('x is undefined')));
    expect(code).toBe(2);
    expect(stderr).toContain('error[unexpected]: x is undefined\n');
    expect(stderr).not.toContain('    at ');
    const asked = await sluice(['decisions'], { ...failing(new TypeError('x')), env: { NODE_DEBUG: 'http,sluice' } });
    expect(asked.stderr).toContain('    at ');
  });

  it('that is no error at all is still told', async () => {
    expect(await sluice(['decisions'], failing('just a text'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error[unexpected]: just a text\n'),
    });
  });

  it('after Ctrl-C is not shown: the user knows', async () => {
    const world = { ...failing(new Error('aborted')), signal: AbortSignal.abort() };
    expect(await sluice(['decisions'], world)).toEqual({ code: 130, stdout: '', stderr: '' });
  });
});

describe('exit codes', () => {
  it.each([
    [{ kind: 'done' }, 0],
    [{ kind: 'verdict', verdict: 'approved' }, 0],
    [{ kind: 'verdict', verdict: 'rejected' }, 1],
    [{ kind: 'verdict', verdict: 'undecided' }, 2],
    [{ kind: 'linted', errors: 0, unreadable: 0 }, 0],
    [{ kind: 'linted', errors: 3, unreadable: 0 }, 1],
    [{ kind: 'linted', errors: 3, unreadable: 1 }, 2],
    [{ kind: 'broken' }, 2],
    [{ kind: 'interrupted' }, 130],
  ] as const)('%j is %d', (ending, code) => {
    expect(exitCodeOf(ending)).toBe(code);
  });
});
