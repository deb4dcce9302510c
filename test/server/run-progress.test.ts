import { expect, it } from 'vitest';
import { inDecision } from '../../src/gate/decision-context.ts';
import { NO_OBSERVER } from '../../src/gate/observer.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import { createRunProgress } from '../../src/server/run-progress.ts';

it('tells the stage and what was read of each decision under way, and forgets it when it is decided', () => {
  let now = 1_000;
  const { observer, of } = createRunProgress(NO_OBSERVER, () => now);
  inDecision('a', () => {
    observer.stage('fetch', () => observer.read(2, 300));
    observer.read(1, 50);
    now = 2_000;
    observer.stage('checks', () => {});
  });
  inDecision('b', () => observer.stage('commits', () => {}));
  observer.stage('record', () => {});
  expect(of('a')).toEqual({ stage: 'checks', since: 2_000, objects: 3, bytes: 350 });
  expect(of('b')).toMatchObject({ stage: 'commits', objects: 0 });
  observer.decided({ id: 'a' } as Decision, 5);
  expect(of('a')).toBeNull();
  expect(of('b')).not.toBeNull();
});
