import { plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { reportBody } from '../../../core/report/html/body.ts';
import type { TableReport } from '../../../core/report/report.ts';
import { byteWords, durationWords } from '../../../core/report/text/numbers.ts';
import type { KeptRows, NoFailingRows } from '../../../gate/failing-rows-ports.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import type { RunStage } from '../../run-progress.ts';
import { agoOf, linkTo, reportOf, stateBadge, subjectOf, timeOf } from './decision-words.ts';
import { failingRowsSection } from './failing-rows-section.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

/** Tables with a link to their history on top of the page. */
const MOST_LINKS = 6;

const FORMATS = ['json', 'text', 'html', 'markdown', 'junit', 'sarif'] as const;

/** One decision: the report as everybody else gets it, and what became of it. */
export function decisionPage(
  decision: Decision,
  viewer: Viewer,
  kept: readonly (KeptRows | NoFailingRows)[],
  running: { readonly progress: RunStage | null; readonly now: number },
): string {
  const report = reportOf(decision);
  const tables = report?.tables ?? [];
  const told =
    report === null
      ? withoutReport(decision, running)
      : reportBody(report, beneath(decision, kept.length > 0, tables, running.now));
  return consolePage({
    title: `${decision.state}: ${subjectOf(decision)}`,
    place: '/decisions',
    crumb: subjectOf(decision),
    viewer,
    body: html`${told}
${failingRowsSection(decision, viewer, kept, { report, markup: told.markup })}
<section aria-labelledby="record"><h2 id="record">Record</h2><dl class="facts">
<dt>received</dt><dd>${timeOf(decision.receivedAt)} UTC</dd>
${decision.decidedAt === null ? null : html`<dt>decided</dt><dd>${timeOf(decision.decidedAt)} UTC, answered ${decision.status ?? 'nothing'}</dd>`}
<dt>asked by</dt><dd>${decision.origin === 'check' ? 'a check, not a merge' : `lakeFS (${decision.event ?? 'pre-merge'})`}</dd>
${decision.replayOf === null ? null : html`<dt>repeats</dt><dd><a class="mono" href="/decisions/${decision.replayOf}">${decision.replayOf}</a>: the same trees and rules, nothing was read again</dd>`}
${decision.landed === null ? null : html`<dt>landed</dt><dd>${timeOf(decision.landed.at)} UTC as <code>${decision.landed.commit}</code>, ${decision.landed.same ? 'the tree that was judged' : 'NOT the tree that was judged'}</dd>`}
</dl>
${report === null ? null : html`<p id="formats">Report as: ${FORMATS.map((format) => html`<a href="/decisions/${decision.id}/report?format=${format}">${format}</a> `)}</p>`}
</section>`,
  });
}

function withoutReport(decision: Decision, running: Parameters<typeof decisionPage>[3]): Html {
  const { state, repository, receivedAt } = decision;
  const subject = subjectOf(decision);
  return html`<div class="headline">${stateBadge(state)}<h1>${subject}</h1></div><p class="lead">${repository}, received ${agoOf(receivedAt, running.now)}.</p><p>${state === 'running' ? stageWords(running) : ABANDONED}</p>`;
}

const ABANDONED =
  'The server stopped before this could be decided; lakeFS saw an error and nothing was merged. Merge again.';

/** When, and where to go from here, in reach without scrolling. */
function beneath(decision: Decision, hasRows: boolean, tables: readonly TableReport[], now: number): Html {
  const { id, repository, branch, receivedAt } = decision;
  const links = [
    ...(hasRows ? [html`<a href="#failing-rows">Failing rows</a>`] : []),
    ...tables
      .slice(0, MOST_LINKS)
      .map(({ name }) => html`<a href="${linkTo('/table', { repository, branch, name })}">History of ${name}</a>`),
    html`<a href="/decisions/${id}/report?format=html">Report to send on</a>`,
    html`<a href="#record">Record</a>`,
  ];
  return html`<nav aria-label="From here"><ul class="chips"><li class="muted">received ${agoOf(receivedAt, now)}</li>${links.map((link) => html`<li>${link}</li>`)}</ul></nav>`;
}

function stageWords({ progress, now }: { readonly progress: RunStage | null; readonly now: number }): string {
  const then = 'This page shows the report when it is there.';
  if (progress === null) return `Waiting for its turn. ${then}`;
  const { stage, since, objects, bytes } = progress;
  const read = objects === 0 ? '' : `, ${plural(objects, 'object')} read (${byteWords(bytes)})`;
  return `Under way: ${stage} for ${durationWords(Math.max(0, now - since))}${read}. ${then}`;
}
