import type { HookEvent } from './hook-event.ts';

/**
 * The commit that a cherry-pick takes. lakeFS writes it into the metadata after everything that the client says there,
 * so it can be trusted. Null when there is none.
 */
export function pickedCommit({ commitMetadata }: Pick<HookEvent, 'commitMetadata'>): string | null {
  const origin = commitMetadata['cherry-pick-origin'];
  return origin !== undefined && /^[0-9a-f]{64}$/.test(origin) ? origin : null;
}

/**
 * The ref that a revert undoes. lakeFS names it in the message alone, `Revert <ref>`, and a client may give a message
 * of its own: then there is none (null), or another one, which only post-revert can find out.
 */
export function revertedRef({ commitMessage }: Pick<HookEvent, 'commitMessage'>): string | null {
  return /^Revert (\S+)$/.exec(commitMessage ?? '')?.[1] ?? null;
}

/** Imports come as pre-commit and post-commit; lakeFS marks them so. A client can fake the mark and not remove it. */
export function isImport({ eventType, commitMetadata }: Pick<HookEvent, 'eventType' | 'commitMetadata'>): boolean {
  return /^(?:pre|post)-commit$/.test(eventType) && Object.hasOwn(commitMetadata, '.lakefs.merge.strategy');
}
