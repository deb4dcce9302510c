/** The objects of the base that a run needs, each fetched once, whoever asks. */
import type { ObjectEntry } from '../core/change/object.ts';
import { SluiceError } from '../core/problem.ts';
import { bytesOf } from './input-objects.ts';
import type { Lake, ObjectReader } from './ports.ts';

export interface BaseObjects {
  /**
   * Where the objects are on the local disk, by path.
   *
   * @throws SluiceError `limit-bytes`, `coverage-gap`, and what the lake and the gateway refuse
   */
  bring(entries: readonly ObjectEntry[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

export interface BaseSource {
  readonly repository: string;
  /** The head of the destination. */
  readonly commitId: string;
  /** Bytes that one run may fetch of the base. */
  readonly maxBytes: number;
  /** Existing, and there until the run ends. */
  readonly runDirectory: string;
}

/**
 * For one caller after the other. Objects that came are kept; a fetch that failed, or that a deadline cut, is tried again
 * by the next who asks.
 */
export function createBaseObjects(
  { repository, commitId, maxBytes, runDirectory }: BaseSource,
  { lake, objects }: { readonly lake: Pick<Lake, 'storageNamespace'>; readonly objects: ObjectReader },
): BaseObjects {
  const here = new Map<string, string>();
  let bytesHere = 0;
  return {
    bring: async (entries, signal) => {
      const missing = entries.filter(({ path }) => !here.has(path));
      const bytes = bytesHere + bytesOf(missing);
      if (missing.length === 0) return here;
      if (bytes > maxBytes) throw tooMuch(bytes, maxBytes);
      const storageNamespace = await lake.storageNamespace(repository, signal);
      const request = { repository, commitId, objects: missing, storageNamespace, runDirectory };
      const came = new Map((await objects.fetch(request, signal)).map((object) => [object.path, object]));
      const gap = missing.find(({ path, sizeBytes }) => came.get(path)?.sizeBytes !== sizeBytes);
      if (gap !== undefined) throw notWhole(gap.path);
      for (const { path, localPath } of came.values()) here.set(path, localPath);
      bytesHere = bytes;
      return here;
    },
  };
}

function tooMuch(bytes: number, maxBytes: number): SluiceError {
  return new SluiceError({
    code: 'limit-bytes',
    message: `the base has ${bytes} bytes that differ, ${maxBytes} are allowed`,
    hint: 'raise limits.bytes',
  });
}

function notWhole(path: string): SluiceError {
  return new SluiceError({
    code: 'coverage-gap',
    message: `the object ${path} of the base was not read whole`,
    hint: 'merge again',
  });
}
