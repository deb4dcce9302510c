import { escapeText } from '../report/escape-text.ts';

/** A piece of HTML that is safe to send: made by {@link html} and nothing else. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, pieces and lists of pieces go in as they are, null is nothing. */
export type Fragment = Html | string | number | null | readonly (Html | null)[];

/**
 * The one way in which HTML is made. Every text is escaped for element content and for double-quoted attributes, and
 * what would hide, reorder or break text on a page is made visible first.
 */
export function html(pieces: TemplateStringsArray, ...fragments: readonly Fragment[]): Html {
  const markup = pieces.map((piece, index) => piece + markupOf(fragments[index] ?? null)).join('');
  return { markup };
}

/** Several pieces as one. */
export function join(parts: readonly Html[], between = ''): Html {
  return { markup: parts.map(({ markup }) => markup).join(between) };
}

/** A sentence as our messages write them: what stands between backticks is code. */
export function prose(text: string): Html {
  return { markup: markupOf(text).replace(/`([^`]+)`/g, '<code>$1</code>') };
}

export const NOTHING: Html = { markup: '' };

/**
 * Takes over markup made by a library that escapes by itself, or a constant of ours; never text that came from outside.
 */
export function trustedMarkup(markup: string): Html {
  return { markup };
}

function markupOf(fragment: Fragment): string {
  if (fragment === null) return '';
  if (typeof fragment === 'number') return String(fragment);
  if (typeof fragment === 'string') return escapeMarkup(escapeText(fragment));
  if ('markup' in fragment) return fragment.markup;
  return join(fragment.filter((part) => part !== null)).markup;
}

function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
