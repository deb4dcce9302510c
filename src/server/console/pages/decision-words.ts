import { type Html, html } from '../../../core/html/html.ts';
import type { Report } from '../../../core/report/report.ts';
import type { Decision, DecisionState } from '../../../gate/record-ports.ts';

const TONES: Readonly<Record<DecisionState, string>> = {
  approved: 'good',
  rejected: 'bad',
  undecided: 'doubt',
  running: 'caution',
  abandoned: 'doubt',
};

/** The state as a word in its colour. */
export function stateBadge(state: DecisionState): Html {
  return html`<span class="badge ${TONES[state]}">${state}</span>`;
}

/** The report of a decision, or null while there is none. */
export function reportOf({ report }: Pick<Decision, 'report'>): Report | null {
  return report === null ? null : (JSON.parse(report) as Report);
}

/** `2026-08-22 10:00:12`, UTC, as a `<time>`. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

/** What was to change, in few words: `etl → main`, or the event for others than merges. */
export function subjectOf({ branch, source, event }: Decision): string {
  const name = event ?? 'pre-merge';
  if (name === 'pre-merge') return `${short(source)} → ${branch}`;
  return [name, branch === '' ? short(source) : branch].join(' ');
}

function short(id: string): string {
  return /^[0-9a-f]{40,}$/.test(id) ? id.slice(0, 12) : id;
}

/** Query parameters that are given, as a link. */
export function linkTo(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
