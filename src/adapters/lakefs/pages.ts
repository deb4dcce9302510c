import type { Page, ShapeCheck } from './answers.ts';
import type { LakefsClient } from './client.ts';
import type { Call } from './exchange.ts';
import { type Asked, badAnswer } from './failure.ts';

/** The most lakeFS gives per page. */
const PAGE_SIZE = 1_000;

export interface PagedListing<Item> {
  readonly call: Call;
  readonly check: ShapeCheck<Page<Item>>;
  /** What lakeFS orders by, which is also what a page's `next_offset` names. */
  readonly keyOf: (item: Item) => string;
  /** Entries that are still taken into memory. */
  readonly maxEntries: number;
}

/**
 * All pages of a listing, or an error: never a part of it. lakeFS orders keys by their UTF-8 bytes, and `next_offset`
 * is the last key of the page; a server (or a proxy's cache) that repeats, skips or reorders is found by that.
 *
 * Rejects with `lakefs-bad-answer` for such a listing, and for one of more than `maxEntries`.
 */
export async function allPages<Item>(
  client: LakefsClient,
  { call, check, keyOf, maxEntries }: PagedListing<Item>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const asked = { what: call.what, base: client.base };
  const entries: Item[] = [];
  let after = '';
  for (;;) {
    const query = { ...call.query, amount: String(PAGE_SIZE), ...(after === '' ? {} : { after }) };
    const page = await client.json({ ...call, query }, check, signal);
    const last = checkPage(asked, page, keyOf, after);
    for (const entry of page.results) entries.push(entry);
    if (entries.length > maxEntries) throw badAnswer(asked, `it has more than ${maxEntries} entries`);
    if (last === null) return entries;
    after = last;
  }
}

/** The offset of the next page, or null after the last one. */
function checkPage<Item>(asked: Asked, page: Page<Item>, keyOf: (item: Item) => string, after: string): string | null {
  const { has_more: hasMore, next_offset: nextOffset, results: count } = page.pagination;
  if (count !== page.results.length) throw badAnswer(asked, 'a page does not hold as many entries as it says');
  const last = page.results.reduce((previous, item) => {
    const key = keyOf(item);
    if (previous !== '' && compareUtf8(previous, key) >= 0)
      throw badAnswer(asked, 'its entries repeat or go backwards');
    return key;
  }, after);
  if (!hasMore) {
    if (nextOffset !== '') throw badAnswer(asked, 'its last page names a next one');
    return null;
  }
  if (page.results.length === 0) throw badAnswer(asked, 'an empty page says that more entries follow');
  if (nextOffset !== last) throw badAnswer(asked, 'the next page does not start where the last one ends');
  return last;
}

/** JavaScript compares UTF-16 units, which puts U+10000 and up before U+E000; lakeFS compares bytes. */
function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
