import { type Html, html } from '../../../core/html/html.ts';
import { renderPage } from '../../../core/html/page.ts';
import type { Viewer } from './session.ts';

/** The parts of the console, each one click from every page. */
const PLACES = [
  ['/', 'Decisions'],
  ['/tables', 'Tables'],
  ['/contracts', 'Contracts'],
  ['/health', 'Health'],
] as const;

export interface Layout {
  readonly title: string;
  /** The path of the place the page belongs to. */
  readonly place: (typeof PLACES)[number][0] | null;
  readonly viewer: Viewer | null;
  readonly body: Html;
}

/** A page of the console: the places on top, then its own part. */
export function consolePage({ title, place, viewer, body }: Layout): string {
  return renderPage({
    title: `${title} · Sluice`,
    body: html`<a class="hidden" href="#main">Skip to the content</a>
<div class="top"><nav class="bar" aria-label="Console"><span class="brand">Sluice</span>
${viewer === null ? null : PLACES.map(([path, name]) => html`<a href="${path}"${path === place ? html` aria-current="page"` : null}>${name}</a>`)}
<span class="spacer"></span>
${viewer === null ? null : html`<form method="post" action="/logout"><span class="muted small">${viewer.name}</span> <button class="link">Log out</button></form>`}</nav></div>
<main id="main">${body}</main>`,
  });
}

/** A page that says one thing. */
export function messagePage(title: string, sentence: string, viewer: Viewer | null): string {
  return consolePage({ title, place: null, viewer, body: html`<h1>${title}</h1><p>${sentence}</p>` });
}
