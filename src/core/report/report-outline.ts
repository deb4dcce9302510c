import { isKindAboutChanges } from '../check/registry.ts';
import type { Outcome, Report, TableReport } from './report.ts';
import { tally } from './text/head.ts';

/** The few facts of a report that lists and plots show, so that they need not read reports. */
export interface ReportOutline {
  readonly findings: ReportFindings;
  readonly tables: readonly TableOutline[];
}

export interface ReportFindings {
  readonly tables: number;
  /** Checks of all tables, by outcome. */
  readonly failed: number;
  readonly errored: number;
  readonly warned: number;
  /** The worst reason, cut; null where there is none. */
  readonly reason: string | null;
}

export interface TableOutline {
  readonly name: string;
  readonly location: string;
  readonly contract: { readonly file: string; readonly version: string };
  readonly owner: string | null;
  readonly rows: number | null;
  /**
   * Rows that break rules, added up over the checks that failed or warned; a row may count several times. Rules about
   * changes are left out: what they count came, changed or went, and may be good.
   */
  readonly failingRows: number;
  readonly checks: Readonly<Record<Outcome, number>>;
  readonly diff: { readonly inserted: number; readonly updated: number; readonly deleted: number } | null;
  /** Of profiled columns, those with most nulls first, at most {@link MOST_COLUMNS}. */
  readonly nulls: readonly NullCount[];
}

export interface NullCount {
  readonly column: string;
  readonly nulls: number;
  readonly rows: number;
}

const MOST_COLUMNS = 30;
const LONGEST_REASON = 240;

/** Of any report, also one written by an older version; null for what is none. */
export function outlineReport(text: string): ReportOutline | null {
  try {
    const report = JSON.parse(text) as Report;
    return { findings: findingsOf(report), tables: report.tables.map(outlineTable) };
  } catch {
    // An outline is a convenience. What cannot be outlined must still be recorded.
    return null;
  }
}

function findingsOf({ tables, reasons, problems }: Report): ReportFindings {
  const counts = tally(tables.flatMap(({ checks }) => checks));
  const reason = reasons[0] ?? problems[0]?.message ?? null;
  return {
    tables: tables.length,
    failed: counts.fail,
    errored: counts.error,
    warned: counts.warn,
    reason: reason === null || reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON - 1)}…`,
  };
}

function outlineTable({ name, location, contract, owner, rows, checks, diff }: TableReport): TableOutline {
  const failingRows = checks
    .filter(({ outcome, kind }) => (outcome === 'fail' || outcome === 'warn') && !isKindAboutChanges(kind))
    .reduce((sum, { failing }) => sum + (failing ?? 0), 0);
  return {
    name,
    location,
    contract: { file: contract.file, version: contract.version },
    owner,
    rows,
    failingRows,
    checks: tally(checks),
    diff: diff == null ? null : { inserted: diff.inserted, updated: diff.updated, deleted: diff.deleted },
    nulls: diff == null ? [] : nullCounts(diff.profile),
  };
}

function nullCounts(profile: NonNullable<TableReport['diff']>['profile']): readonly NullCount[] {
  return profile
    .flatMap(({ name, merge }) => (merge === null ? [] : [{ column: name, nulls: merge.nulls, rows: merge.rows }]))
    .sort((left, right) => share(right) - share(left))
    .slice(0, MOST_COLUMNS);
}

function share({ nulls, rows }: NullCount): number {
  return rows === 0 ? 0 : nulls / rows;
}
