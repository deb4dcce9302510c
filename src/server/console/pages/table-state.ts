import { count } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import type { JudgedTable } from '../../../gate/table-records.ts';

/** How a table did when it was last judged, worst first. */
export const TABLE_STATES = ['failed', 'in doubt', 'warned', 'well'] as const;
export type TableState = (typeof TABLE_STATES)[number];

const TONES: Readonly<Record<TableState, string>> = {
  failed: 'bad',
  'in doubt': 'doubt',
  warned: 'caution',
  well: 'good',
};

export function tableState({ checks }: Pick<JudgedTable, 'checks'>): TableState {
  if (checks.fail > 0) return 'failed';
  if (checks.error > 0) return 'in doubt';
  return checks.warn > 0 ? 'warned' : 'well';
}

export function tableBadge(state: TableState): Html {
  return html`<span class="badge ${TONES[state]}">${state}</span>`;
}

/** Worst first, then by name. */
export function byState(tables: readonly JudgedTable[]): readonly JudgedTable[] {
  const rank = (table: JudgedTable) => TABLE_STATES.indexOf(tableState(table));
  return tables.toSorted((left, right) => rank(left) - rank(right));
}

/** `2 of 24 failed, 1 warned`, or `24 passed`. */
export function checkWords({ checks }: Pick<JudgedTable, 'checks'>): string {
  const { pass, fail, error, warn } = checks;
  const bad = [
    fail > 0 ? `${count(fail)} failed` : '',
    error > 0 ? `${count(error)} could not run` : '',
    warn > 0 ? `${count(warn)} warned` : '',
  ].filter((part) => part !== '');
  return [...bad, `${count(pass)} passed`].join(', ');
}
