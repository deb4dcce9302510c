import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runDemo } from '../../src/wire/demo/run-demo.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sluice-test-'));

/** The demo makes its folder where TMPDIR says, so that what it leaves behind is seen. */
beforeAll(() => vi.stubEnv('TMPDIR', scratch));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

interface Watched {
  readonly output: () => string;
  readonly code: Promise<number>;
  /** Resolves when the text has been written. */
  seen(text: string): Promise<void>;
}

function watch(options: { keep?: boolean; isTTY?: boolean; signal?: AbortSignal }): Watched {
  let output = '';
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const stdout = {
    write: (text: string) => {
      output += text;
      for (const one of waiting) if (output.includes(one.text)) one.resolve();
    },
  };
  const { keep = false, isTTY = false, signal = new AbortController().signal } = options;
  return {
    output: () => output,
    code: runDemo({ keep, stdout, isTTY, signal }),
    seen: (text) =>
      new Promise((resolve) => {
        if (output.includes(text)) resolve();
        waiting.push({ text, resolve });
      }),
  };
}

/** Fails when a folder, a server or an engine is left; node lets go of closed ones a moment after they are gone. */
async function expectNothingLeft(): Promise<void> {
  expect(readdirSync(scratch)).toEqual([]);
  const open = () => process.getActiveResourcesInfo().filter((kind) => /TCPServerWrap|ProcessWrap/.test(kind));
  await vi.waitFor(() => expect(open()).toEqual([]), { timeout: 10_000 });
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return text.replace(/\u001b\[\d+m/g, '');
}

describe('sluice demo', () => {
  let coloured: string;
  let code: number;
  /** What each merge put on screen. */
  let steps: readonly string[];

  beforeAll(async () => {
    const demo = watch({ isTTY: true });
    code = await demo.code;
    coloured = demo.output();
    steps = withoutColours(coloured)
      .split(/^━━ .*$/m)
      .slice(2, 9);
    await expectNothingLeft();
  });

  it('ends every merge as told', () => {
    expect(coloured).not.toContain('NOT AS TOLD');
    expect(code).toBe(0);
    const verdicts = steps.map((step) => /^(?:APPROVED|REJECTED|UNDECIDED) .* <- \S+/m.exec(step)?.[0]);
    expect(verdicts).toEqual([
      'APPROVED  main <- february',
      'REJECTED  main <- march-damaged',
      'REJECTED  main <- march-reformed',
      'APPROVED  main <- close-st-croix',
      'REJECTED  main <- march',
      'UNDECIDED  main <- march-and-st-croix',
      'APPROVED  main <- march-and-st-croix',
    ]);
  });

  it('shows what lakectl prints', () => {
    expect(steps.map((step) => /^Merged ".*" into "main"|\(status code: \d+\)\n412 .*/m.exec(step)?.[0])).toEqual([
      'Merged "february" into "main"',
      '(status code: 422)\n412 Precondition Failed',
      '(status code: 422)\n412 Precondition Failed',
      'Merged "close-st-croix" into "main"',
      '(status code: 422)\n412 Precondition Failed',
      '(status code: 503)\n412 Precondition Failed',
      'Merged "march-and-st-croix" into "main"',
    ]);
  });

  it('shows why a merge was blocked', () => {
    const [, damaged, reformed, , flying, typo, mended] = steps;
    expect(damaged).toContain('412 of 20,200 rows break the key (2.0 %): 200 distinct keys, 12 rows with a null');
    expect(damaged).toContain('error[required]: id is required and has nulls');
    expect(reformed).toContain('error[type]: delay has the wrong type');
    expect(reformed).toContain('cancelled in 1 of 3 objects');
    expect(flying).toContain('error[relationship]: origin refers to rows that do not exist');
    expect(flying).toContain('error[relationship]: destination refers to rows that do not exist');
    expect(typo).toMatch(
      /error\[key-unknown\]: `requird` .*\n +at +flights\.odcs\.yaml:55:9\n.*Did you mean `required`/,
    );
    // The rule that the typo was about has come on top of those of February.
    expect(mended).toContain('required 5');
  });

  it('fits each report on a screen, whole, and every line', () => {
    const reports = steps.map(
      (step) => /^(APPROVED|REJECTED|UNDECIDED) .*\n(?:.*\n)*\1 .*$/m.exec(step)?.[0].split('\n') ?? [],
    );
    for (const report of reports) {
      expect(report.length).toBeGreaterThan(10);
      expect(report.length).toBeLessThanOrEqual(40);
    }
    const lines = withoutColours(coloured).split('\n');
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it('colours the verdicts on a terminal', () => {
    expect(coloured).toContain('\u001b[31mREJECTED\u001b[0m  main <- march-damaged');
    expect(coloured).toContain('\u001b[32mapproved\u001b[0m');
  });

  it('keeps lake and gate running, at the addresses it shows, until it is told to stop', async () => {
    const stop = new AbortController();
    const demo = watch({ keep: true, signal: stop.signal });
    await demo.seen('refs/mine/merge/main');
    expect(demo.output()).not.toContain('\u001b');
    const [, api = ''] = /^ {2}api=(\S+)$/m.exec(demo.output()) ?? [];
    const [, key = ''] = /^ {2}key=(\S+)$/m.exec(demo.output()) ?? [];
    const [, gate = ''] = /^ {2}Sluice +(\S+)$/m.exec(demo.output()) ?? [];
    const headers = { authorization: `Basic ${Buffer.from(key).toString('base64')}` };
    const ask = () => fetch(`${api}/branches/main`, { headers });
    const knock = () => fetch(gate, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(await (await ask()).json()).toMatchObject({ id: 'main' });
    expect((await knock()).status).toBe(401);
    expect(readdirSync(scratch)).toHaveLength(1);
    stop.abort();
    expect(await demo.code).toBe(0);
    await expect(ask()).rejects.toThrow();
    await expect(knock()).rejects.toThrow();
    await expectNothingLeft();
  });

  it.each(['merge lakefs://air-travel/february', '2 of 7', '4 of 7'])('stops soon and clean at "%s"', async (at) => {
    const stop = new AbortController();
    const demo = watch({ signal: stop.signal });
    await demo.seen(at);
    const told = performance.now();
    stop.abort();
    expect(await demo.code).toBe(1);
    expect(performance.now() - told).toBeLessThan(5_000);
    expect(demo.output()).toMatch(/\nStopped\.\n$/);
    await expectNothingLeft();
  });
});
