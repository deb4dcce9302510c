import { plural } from '../../../core/check/words.ts';
import { type Html, html, prose } from '../../../core/html/html.ts';
import type { DecisionOutline } from '../../../gate/record-ports.ts';
import { agoOf, stateBadge, subjectOf } from './decision-words.ts';
import type { ListedDecision } from './fold-landed.ts';

export interface DecisionListView {
  readonly decisions: readonly ListedDecision[];
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What a running one is doing. */
  readonly stageOf: (decisionId: string) => string | null;
}

/** Decisions, a row each: the verdict first, then what and why, which is all that a phone has room for. */
export function decisionList({ decisions, label, now, stageOf }: DecisionListView): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table><thead><tr><th scope="col">verdict</th><th scope="col">change</th><th scope="col">repository</th><th scope="col">when</th><th scope="col">by</th></tr></thead>
<tbody>${decisions.map(
    (decision) =>
      html`<tr><td>${stateBadge(decision.state)}</td><th scope="row" class="what"><a href="/decisions/${decision.id}">${subjectOf(decision)}</a><small>${prose(foundWords(decision, stageOf))}${landedMark(decision)}</small></th><td>${decision.repository}</td><td>${agoOf(decision.receivedAt, now)}</td><td>${whoAsked(decision)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** Whether what was approved is on the branch, where a post-event has told. */
function landedMark({ landed, landedBy }: ListedDecision): Html | null {
  if (landed === null) return null;
  if (!landed.same) return html` · <span class="badge bad">landed as something else</span>`;
  return html` · ${landedBy === undefined ? 'landed' : html`<a href="/decisions/${landedBy}">landed</a>`}`;
}

function whoAsked({ committer, origin }: DecisionOutline): Html {
  return html`${committer ?? ''}${origin === 'check' ? html`<span class="sub">a check, no merge</span>` : null}`;
}

/** What was found, in one line: the worst reason where something is wrong. */
export function foundWords(
  { id, state, findings, hasReport }: Pick<DecisionOutline, 'id' | 'state' | 'findings' | 'hasReport'>,
  stageOf: DecisionListView['stageOf'],
): string {
  if (state === 'running') return `under way: ${stageOf(id) ?? 'waiting'}`;
  if (findings === null) return hasReport ? 'see its report' : 'the server stopped before it was decided';
  const { tables, failed, errored, warned, reason } = findings;
  const counts = [
    failed > 0 ? `${failed} failed` : '',
    errored > 0 ? `${errored} could not run` : '',
    warned > 0 ? `${warned} warned` : '',
  ].filter((part) => part !== '');
  if (state !== 'approved' && reason !== null) {
    const more = failed + errored > 1 ? ` (${plural(failed + errored, 'check')} in all)` : '';
    return `${reason}${more}`;
  }
  if (tables === 0) return reason ?? 'no table under a contract changed';
  return [`${plural(tables, 'table')} checked`, ...counts].join(', ');
}
