import { html, join } from '../html/html.ts';
import { OFFLINE_POLICY, renderPage } from '../html/page.ts';
import { reportBody, reportTitle } from './html/body.ts';
import type { Report } from './report.ts';

/**
 * The report as one self-contained page: no script, nothing fetched, dark and light, readable by keyboard, by screen
 * reader and on paper. Bounded like the text: what is left out is named.
 */
export function toHtml(report: Report): string {
  const policy = html`<meta http-equiv="Content-Security-Policy" content="${OFFLINE_POLICY}">`;
  return renderPage({
    title: reportTitle(report),
    head: policy,
    body: join([html`<main>${reportBody(report)}</main>`]),
  });
}
