import { type Html, html, trustedMarkup } from './html.ts';
import { STYLE_SHEET } from './style.ts';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** In the head: `<meta>` and `<link>` of the page's own. */
  readonly head?: Html;
  /** A style sheet of the page's own, which goes over the common one. */
  readonly style?: Html;
}

/**
 * Nothing may be fetched, run, framed or sent, whatever stands in a cell: a page that is opened from a disk has no
 * server to say so in a header.
 */
export const OFFLINE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const DOCTYPE = trustedMarkup('<!doctype html>\n');

/** A whole document: one file, no script, nothing to fetch. */
export function renderPage({ title, body, head, style }: Page): string {
  return html`${DOCTYPE}<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${head ?? null}
<title>${title}</title>
${STYLE_SHEET}${style ?? null}
</head>
<body>
${body}
</body>
</html>
`.markup;
}
