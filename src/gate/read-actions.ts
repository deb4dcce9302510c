import pLimit from 'p-limit';
import { ACTIONS_FOLDER } from '../core/action/action-file.ts';
import type { ActionText } from '../core/action/lint-actions.ts';
import { MOST_ACTION_BYTES } from '../core/action/unreadable-text.ts';
import type { RepositoryReader } from './repository-ports.ts';

const CONCURRENT_READS = 8;

/**
 * Everything below `_lakefs_actions/` at the ref, in path order, as `lintActions` wants it. What no lint looks into
 * (files in sub-folders, and ones far too long for an action) is not fetched and comes as text that is refused.
 */
export async function readActions(
  reader: Pick<RepositoryReader, 'listAt' | 'readAt'>,
  repository: string,
  ref: string,
  signal: AbortSignal,
): Promise<readonly ActionText[]> {
  const objects = await reader.listAt(repository, ref, ACTIONS_FOLDER, signal);
  const slot = pLimit(CONCURRENT_READS);
  return Promise.all(
    objects.map(async ({ path, sizeBytes }) => {
      if (path.slice(ACTIONS_FOLDER.length).includes('/')) return { path, text: '' };
      if (sizeBytes > MOST_ACTION_BYTES) return { path, text: ' '.repeat(MOST_ACTION_BYTES + 1) };
      const bytes = await slot(() => reader.readAt({ repository, ref, path, maxBytes: MOST_ACTION_BYTES }, signal));
      return { path, text: new TextDecoder().decode(bytes) };
    }),
  );
}
