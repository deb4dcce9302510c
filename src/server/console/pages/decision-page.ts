import { plural } from '../../../core/check/words.ts';
import { html } from '../../../core/html/html.ts';
import { reportBody } from '../../../core/report/html/body.ts';
import { byteWords, durationWords } from '../../../core/report/text/numbers.ts';
import type { KeptRows, NoFailingRows } from '../../../gate/failing-rows-ports.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import type { RunStage } from '../../run-progress.ts';
import { linkTo, reportOf, stateBadge, subjectOf, timeOf } from './decision-words.ts';
import { failingRowsSection } from './failing-rows-section.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

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
  return consolePage({
    title: `${decision.state}: ${subjectOf(decision)}`,
    place: '/',
    viewer,
    body: html`<p class="small"><a href="/">All decisions</a></p>
${report === null ? html`<h1>${subjectOf(decision)}</h1><p>${stateBadge(decision.state)} ${decision.state === 'running' ? stageWords(running) : 'The server stopped before this could be decided. lakeFS saw an error.'}</p>` : reportBody(report)}
${failingRowsSection(decision, viewer, kept)}
<section aria-labelledby="record"><h2 id="record">Record</h2><dl class="facts">
<dt>received</dt><dd>${timeOf(decision.receivedAt)} UTC</dd>
${decision.decidedAt === null ? null : html`<dt>decided</dt><dd>${timeOf(decision.decidedAt)} UTC, answered ${decision.status ?? 'nothing'}</dd>`}
<dt>asked by</dt><dd>${decision.origin === 'check' ? 'a check, not a merge' : `lakeFS (${decision.event ?? 'pre-merge'})`}</dd>
${decision.replayOf === null ? null : html`<dt>repeats</dt><dd><a class="mono" href="/decisions/${decision.replayOf}">${decision.replayOf}</a>: the same trees and rules, nothing was read again</dd>`}
${decision.landed === null ? null : html`<dt>landed</dt><dd>${timeOf(decision.landed.at)} UTC as <code>${decision.landed.commit}</code>, ${decision.landed.same ? 'the tree that was judged' : 'NOT the tree that was judged'}</dd>`}
</dl>
${report === null ? null : html`<p>Report as: ${FORMATS.map((format) => html`<a href="/decisions/${decision.id}/report?format=${format}">${format}</a> `)}</p>`}
${tables.length === 0 ? null : html`<p>History: ${tables.slice(0, 20).map(({ name }) => html`<a href="${linkTo('/table', { repository: decision.repository, branch: decision.branch, name })}">${name}</a> `)}</p>`}
</section>`,
  });
}

function stageWords({ progress, now }: { readonly progress: RunStage | null; readonly now: number }): string {
  const then = 'This page shows the report when it is there.';
  if (progress === null) return `Waiting for its turn. ${then}`;
  const { stage, since, objects, bytes } = progress;
  const read = objects === 0 ? '' : `, ${plural(objects, 'object')} read (${byteWords(bytes)})`;
  return `Under way: ${stage} for ${durationWords(Math.max(0, now - since))}${read}. ${then}`;
}
