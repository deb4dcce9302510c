import { type Html, html } from '../../../core/html/html.ts';
import { renderPage } from '../../../core/html/page.ts';
import type { Answer } from '../answer.ts';
import { BRAND_MARK, CONSOLE_STYLE, FAVICON } from './console-style.ts';
import type { Viewer } from './session.ts';

/** The parts of the console, each one click from every page. */
const PLACES = [
  ['/', 'Overview'],
  ['/decisions', 'Decisions'],
  ['/tables', 'Tables'],
  ['/contracts', 'Contracts'],
  ['/health', 'Health'],
] as const;

type Place = (typeof PLACES)[number][0];

export interface Layout {
  readonly title: string;
  /** The path of the place the page belongs to. */
  readonly place: Place | null;
  /** Below its place: the page's own name in the trail that leads to it. */
  readonly crumb?: string;
  readonly viewer: Viewer | null;
  readonly body: Html;
}

/** A page of the console: the places on top, then its own part. */
export function consolePage({ title, place, crumb, viewer, body }: Layout): string {
  return renderPage({
    title: `${title} · Sluice`,
    head: FAVICON,
    style: CONSOLE_STYLE,
    body: html`<a class="hidden skip" href="#main">Skip to the content</a>
<header class="top"><div class="bar"><a class="brand" href="/">${BRAND_MARK}Sluice</a>
${viewer === null ? null : html`<nav aria-label="Console">${PLACES.map(([path, name]) => html`<a href="${path}"${path === place ? html` aria-current="page"` : null}>${name}</a>`)}</nav>`}
<span class="spacer"></span>
${viewer === null ? null : html`<form method="post" action="/logout"><span class="muted">${viewer.name}</span> <button class="link">Log out</button></form>`}</div></header>
<main id="main" tabindex="-1">${crumb === undefined || place === null ? null : crumbs(place, crumb)}${body}</main>`,
  });
}

function crumbs(place: Place, crumb: string): Html {
  const name = PLACES.find(([path]) => path === place)?.[1] ?? '';
  return html`<nav class="crumbs" aria-label="Where this page is"><ol><li><a href="${place}">${name}</a></li><li aria-current="page">${crumb}</li></ol></nav>`;
}

/**
 * Pages run nothing and fetch nothing; forms go to this server alone. The style is in the page, and so is the only
 * thing that its policy lets through.
 */
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** The answer that a page is. */
export function pageAnswer(status: number, body: string, headers?: Answer['headers']): Answer {
  return { status, contentType: 'text/html; charset=utf-8', body, headers: { ...PAGE_HEADERS, ...headers } };
}

/** A page that says one thing. */
export function messagePage(title: string, sentence: string, viewer: Viewer | null): string {
  return consolePage({
    title,
    place: null,
    viewer,
    body: html`<div class="card"><h1>${title}</h1><p>${sentence}</p>${viewer === null ? null : html`<p><a href="/">To the overview</a></p>`}</div>`,
  });
}

/** Nothing to show, and what to do about it. */
export function emptyState(title: string, advice: Html): Html {
  return html`<div class="empty"><p><strong>${title}</strong></p><p>${advice}</p></div>`;
}
