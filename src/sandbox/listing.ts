import { comparePaths, type Entry } from './tree.ts';

export interface ListRequest {
  readonly prefix: string;
  /** Only `/` is used in practice; empty lists everything below the prefix. */
  readonly delimiter: string;
  /** Results start behind this path. */
  readonly after: string;
  readonly amount: number;
}

export type Listed<T> =
  | { readonly kind: 'object'; readonly path: string; readonly value: T }
  | { readonly kind: 'prefix'; readonly path: string };

export interface Page<T> {
  readonly results: readonly T[];
  readonly hasMore: boolean;
}

/** One page of anything that has a path and is sorted by it. */
export function listPage<T extends { readonly path: string }>(
  sorted: readonly T[],
  request: ListRequest,
): Page<Listed<T>> {
  const results: Listed<T>[] = [];
  const from = firstAtOrAfter(sorted, comparePaths(request.after, request.prefix) > 0 ? request.after : request.prefix);
  let last = '';
  for (let index = from; index < sorted.length; index++) {
    const value = sorted[index];
    if (value === undefined || !value.path.startsWith(request.prefix)) break;
    const listed = collapse(value, request);
    if (comparePaths(listed.path, request.after) <= 0 || listed.path === last) continue;
    if (results.length === request.amount) return { results, hasMore: true };
    results.push(listed);
    last = listed.path;
  }
  return { results, hasMore: false };
}

/** One page of plain values whose key is their own order. */
export function keyedPage<T>(
  sorted: readonly T[],
  key: (value: T) => string,
  request: Omit<ListRequest, 'delimiter'>,
): Page<T> {
  const page = listPage(
    sorted.map((value) => ({ path: key(value), value })),
    { ...request, delimiter: '' },
  );
  return {
    results: page.results.flatMap((listed) => (listed.kind === 'object' ? [listed.value.value] : [])),
    hasMore: page.hasMore,
  };
}

/** The entries of a tree with staged changes laid over it; null hides. */
export function overlay(entries: readonly Entry[], changes: ReadonlyMap<string, Entry | null>): readonly Entry[] {
  if (changes.size === 0) return entries;
  const kept = entries.filter((entry) => !changes.has(entry.path));
  const staged = [...changes.values()].filter((entry) => entry !== null);
  return [...kept, ...staged].sort((a, b) => comparePaths(a.path, b.path));
}

function collapse<T extends { readonly path: string }>(value: T, request: ListRequest): Listed<T> {
  const cut = request.delimiter === '' ? -1 : value.path.indexOf(request.delimiter, request.prefix.length);
  if (cut < 0) return { kind: 'object', path: value.path, value };
  return { kind: 'prefix', path: value.path.slice(0, cut + request.delimiter.length) };
}

function firstAtOrAfter(sorted: readonly { readonly path: string }[], path: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle];
    if (found !== undefined && comparePaths(found.path, path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
