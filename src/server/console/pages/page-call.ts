import type { Answer } from '../answer.ts';
import type { Viewer } from './session.ts';

/** What a view is asked for. */
export interface PageCall {
  readonly viewer: Viewer;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

/** Markup, or a whole answer; null is a page that is not there, or that the viewer may not see: the two look the same. */
export type PageResult =
  | { readonly page: string; readonly status?: number; readonly refreshSeconds?: number }
  | Answer
  | null;
