import pLimit from 'p-limit';
import { ACTIONS_FOLDER } from '../../core/action/action-file.ts';
import { MOST_ACTION_BYTES } from '../../core/action/unreadable-text.ts';
import type { ObjectEntry } from '../../core/change/object.ts';
import type { RepositoryReader } from '../repository-ports.ts';
import type { ActionFile } from './gate-hooks.ts';

/** Reads the action files of commits; what several branches have in common is read once. */
export interface ActionFolders {
  at(commitId: string, signal: AbortSignal): Promise<readonly ActionFile[]>;
}

const CONCURRENT_READS = 8;

export function createActionFolders(
  repository: string,
  reader: Pick<RepositoryReader, 'listAt' | 'readAt'>,
): ActionFolders {
  const slot = pLimit(CONCURRENT_READS);
  const folders = new Map<string, Promise<readonly ActionFile[]>>();
  const texts = new Map<string, Promise<string>>();

  /** What no lint looks into is not fetched, and comes as text that is refused. */
  const textOf = async (ref: string, path: string, sizeBytes: number, signal: AbortSignal): Promise<string> => {
    if (path.slice(ACTIONS_FOLDER.length).includes('/')) return '';
    if (sizeBytes > MOST_ACTION_BYTES) return ' '.repeat(MOST_ACTION_BYTES + 1);
    return new TextDecoder().decode(
      await reader.readAt({ repository, ref, path, maxBytes: MOST_ACTION_BYTES }, signal),
    );
  };

  const read = (commitId: string, { path, physicalAddress, checksum, sizeBytes }: ObjectEntry, signal: AbortSignal) => {
    const name = JSON.stringify([path, physicalAddress, checksum, sizeBytes]);
    const known = texts.get(name);
    if (known !== undefined) return known;
    const text = textOf(commitId, path, sizeBytes, signal);
    texts.set(name, text);
    return text;
  };

  const load = async (commitId: string, signal: AbortSignal): Promise<readonly ActionFile[]> => {
    const objects = await reader.listAt(repository, commitId, ACTIONS_FOLDER, signal);
    return Promise.all(
      objects.map(async (object) => ({ path: object.path, text: await read(commitId, object, signal) })),
    );
  };

  return {
    at: (commitId, signal) => {
      const known = folders.get(commitId) ?? slot(() => load(commitId, signal));
      folders.set(commitId, known);
      return known;
    },
  };
}
