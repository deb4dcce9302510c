import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { timeLeftMs, untilDeadline } from '../../src/gate/run-deadline.ts';

it('is known in all the work that is done until it, and nowhere else', async () => {
  expect(timeLeftMs()).toBeNull();
  await untilDeadline(performance.now() + 1_000, async () => {
    await sleep(20);
    expect(timeLeftMs()).toBeGreaterThan(500);
    expect(timeLeftMs()).toBeLessThan(981);
  });
  expect(timeLeftMs()).toBeNull();
});
