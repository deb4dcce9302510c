export const HOOK_EVENTS = [
  'prepare-commit',
  'pre-commit',
  'post-commit',
  'pre-merge',
  'post-merge',
  'pre-create-branch',
  'post-create-branch',
  'pre-delete-branch',
  'post-delete-branch',
  'pre-create-tag',
  'post-create-tag',
  'pre-delete-tag',
  'post-delete-tag',
  'pre-revert',
  'post-revert',
  'pre-cherry-pick',
  'post-cherry-pick',
] as const;
export type HookEventType = (typeof HOOK_EVENTS)[number];

/** What lakeFS tells its hooks; absent fields are those it leaves out for the event (facts/lakefs.md 3a). */
export interface HookEvent {
  readonly eventType: HookEventType;
  /** RFC 3339, seconds; the time lakeFS sent it. */
  readonly eventTime: string;
  readonly actionName: string;
  readonly hookId: string;
  readonly repository: string;
  /** Destination branch of a merge. */
  readonly branch?: string;
  /** Source commit id for pre-merge. */
  readonly sourceRef?: string;
  /** The merge commit, already readable while the hook runs; absent before lakeFS 1.23. */
  readonly commitId?: string;
  readonly commitMessage?: string;
  readonly committer?: string;
  readonly commitMetadata: Readonly<Record<string, string>>;
  /** The ref as the user typed it; absent before lakeFS 1.51. */
  readonly mergeSource?: string;
  readonly tagId?: string;
}
