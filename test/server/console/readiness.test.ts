import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../src/core/problem.ts';
import { createReadiness, type Probe } from '../../../src/server/console/health/readiness.ts';

const probe = (run: Probe['run'], change: Partial<Probe> = {}): Probe => ({
  name: 'lakefs',
  timeoutMs: 50,
  freshMs: 60_000,
  run,
  ...change,
});

describe('readiness', () => {
  it('asks once however many ask, and again when the answer is old', async () => {
    let now = 0;
    let asked = 0;
    const ask = createReadiness(
      [
        probe(async () => {
          asked += 1;
          return `answer ${asked}`;
        }),
      ],
      () => now,
    );
    await Promise.all([ask(), ask(), ask()]);
    now = 59_999;
    expect(await ask()).toMatchObject([{ name: 'lakefs', ok: true, detail: 'answer 1' }]);
    now = 60_000;
    expect(await ask()).toMatchObject([{ detail: 'answer 2' }]);
    expect(asked).toBe(2);
  });

  it('asks again after five seconds when the answer was bad', async () => {
    let now = 0;
    const answers = [
      () => Promise.reject(new SluiceError({ code: 'lakefs-error', message: 'It broke.' })),
      async () => 'well',
    ];
    const ask = createReadiness([probe(() => (answers.shift() ?? (async () => 'more'))())], () => now);
    expect(await ask()).toMatchObject([{ ok: false, detail: 'It broke.' }]);
    now = 4_999;
    expect(await ask()).toMatchObject([{ ok: false }]);
    now = 5_000;
    expect(await ask()).toMatchObject([{ ok: true, detail: 'well' }]);
  });

  it('does not wait for a probe that hangs, nor for the others because of it', async () => {
    let aborted = false;
    const hangs: Probe['run'] = (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    };
    const results = await createReadiness([probe(hangs), probe(async () => 'fine', { name: 'engine' })], () =>
      performance.now(),
    )();
    expect(results).toMatchObject([
      { name: 'lakefs', ok: false, detail: 'It did not answer within 0.05 s.' },
      { name: 'engine', ok: true },
    ]);
    expect(aborted).toBe(true);
  });

  it('tells nothing of an error that is not ours, nor falls over a probe that throws at once', async () => {
    const ask = createReadiness(
      [
        probe(() => {
          throw new Error('secret=hunter2');
        }),
      ],
      () => 0,
    );
    expect(await ask()).toEqual([
      { name: 'lakefs', ok: false, detail: 'It failed; the log may say why.', durationMs: 0 },
    ]);
  });
});
