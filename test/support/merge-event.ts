import type { HookEvent } from '../../src/core/event/hook-event.ts';

/** The merge of `source` into `main`, whose result is the commit `merge`. */
export const MERGE_EVENT: HookEvent = {
  eventType: 'pre-merge',
  eventTime: '2026-06-01T00:00:00Z',
  actionName: 'Sluice',
  hookId: 'sluice',
  repository: 'lake',
  branch: 'main',
  sourceRef: 'source',
  commitId: 'merge',
  commitMetadata: {},
};
