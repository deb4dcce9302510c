import type { HookEventType } from '../../core/event/hook-event.ts';
import { byConfiguration } from './by-configuration.ts';
import type { EventRule } from './event-rule.ts';
import { closing } from './post-change.ts';
import { preCommit } from './pre-commit.ts';
import { preCreateTag } from './pre-create-tag.ts';
import { preMerge } from './pre-merge.ts';
import { preCherryPick, preRevert } from './pre-replay.ts';

/** Every event and its rule; a new one is a file and a line. */
export const EVENT_RULES: Readonly<Record<HookEventType, EventRule>> = {
  'prepare-commit': byConfiguration,
  'pre-commit': preCommit,
  'post-commit': closing('pre-commit'),
  'pre-merge': preMerge,
  'post-merge': closing('pre-merge'),
  'pre-create-branch': byConfiguration,
  'post-create-branch': byConfiguration,
  'pre-delete-branch': byConfiguration,
  'post-delete-branch': byConfiguration,
  'pre-create-tag': preCreateTag,
  'post-create-tag': byConfiguration,
  'pre-delete-tag': byConfiguration,
  'post-delete-tag': byConfiguration,
  'pre-revert': preRevert,
  'post-revert': closing('pre-revert'),
  'pre-cherry-pick': preCherryPick,
  'post-cherry-pick': closing('pre-cherry-pick'),
};
