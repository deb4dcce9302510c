import { jsonReply, type Reply } from '../http.ts';
import { query, type RestRequest } from './route.ts';

const DEFAULT_AMOUNT = 100;
const MAX_AMOUNT = 1000;

export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly amount: number;
}

/** Paging as every list of lakeFS's API reads it: 100 unless told, 1000 at most. */
export function pageRequest(request: RestRequest): PageRequest {
  const wanted = Number.parseInt(query(request, 'amount'), 10);
  return {
    prefix: query(request, 'prefix'),
    delimiter: query(request, 'delimiter'),
    after: query(request, 'after'),
    amount: Number.isNaN(wanted) || wanted < 0 ? DEFAULT_AMOUNT : Math.min(wanted, MAX_AMOUNT),
  };
}

/** `offset` names the last result; lakeFS tells it only when there is more. */
export function pageReply<T>(
  page: { readonly results: readonly T[]; readonly hasMore: boolean },
  shown: (result: T) => unknown,
  offset: (result: T) => string,
): Reply {
  const last = page.results.at(-1);
  return jsonReply(200, {
    pagination: {
      has_more: page.hasMore,
      max_per_page: MAX_AMOUNT,
      next_offset: page.hasMore && last !== undefined ? offset(last) : '',
      results: page.results.length,
    },
    results: page.results.map(shown),
  });
}
