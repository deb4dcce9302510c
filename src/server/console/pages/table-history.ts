import type { TableReport } from '../../../core/report/report.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import { reportOf } from './decision-words.ts';

/** One decision in which the table was judged. */
export interface TablePoint {
  readonly decision: Decision;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly table: TableReport;
}

export interface KnownTable {
  readonly repository: string;
  readonly branch: string;
  readonly name: string;
  readonly newest: TablePoint;
  readonly decisions: number;
}

/** Judged merges of the table, oldest first; replays judged nothing anew. */
export function historyOf(decisions: readonly Decision[], name: string): readonly TablePoint[] {
  return points(decisions)
    .filter(({ table }) => table.name === name)
    .toReversed();
}

/** Every table that the decisions (newest first) know, with its newest judgement; in order of name. */
export function knownTables(decisions: readonly Decision[]): readonly KnownTable[] {
  const found = new Map<string, KnownTable>();
  for (const point of points(decisions)) {
    const { repository, branch } = point.decision;
    const { name } = point.table;
    const key = JSON.stringify([repository, branch, name]);
    const known = found.get(key);
    found.set(
      key,
      known === undefined
        ? { repository, branch, name, newest: point, decisions: 1 }
        : { ...known, decisions: known.decisions + 1 },
    );
  }
  return [...found.values()].sort((left, right) => sortKey(left).localeCompare(sortKey(right)));
}

function points(decisions: readonly Decision[]): readonly TablePoint[] {
  return decisions
    .filter(({ replayOf }) => replayOf === null)
    .flatMap((decision) =>
      (reportOf(decision)?.tables ?? []).map((table) => ({ decision, at: Date.parse(decision.receivedAt), table })),
    );
}

function sortKey({ repository, branch, name }: KnownTable): string {
  return `${repository}/${branch}/${name}`;
}
