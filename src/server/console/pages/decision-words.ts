import { type Html, html } from '../../../core/html/html.ts';
import type { Report } from '../../../core/report/report.ts';
import type { Decision, DecisionOutline, DecisionState } from '../../../gate/record-ports.ts';

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
  return html`<time datetime="${iso}">${clock(iso)}</time>`;
}

/** `5 min ago`, with the moment itself in the title. */
export function agoOf(iso: string, now: number): Html {
  return html`<time class="nowrap" datetime="${iso}" title="${`${clock(iso)} UTC`}">${agoWords(now - Date.parse(iso), iso)}</time>`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Clocks differ: what was received in the future is new. */
function agoWords(elapsed: number, iso: string): string {
  if (elapsed < MINUTE) return 'just now';
  if (elapsed < HOUR) return `${Math.floor(elapsed / MINUTE)} min ago`;
  if (elapsed < DAY) return `${Math.floor(elapsed / HOUR)} h ago`;
  if (elapsed < 14 * DAY)
    return Math.floor(elapsed / DAY) === 1 ? '1 day ago' : `${Math.floor(elapsed / DAY)} days ago`;
  return iso.slice(0, 10);
}

function clock(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** What was to change, in few words: `etl → main`, or the event for others than merges. */
export function subjectOf({ branch, source, event }: Pick<DecisionOutline, 'branch' | 'source' | 'event'>): string {
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
