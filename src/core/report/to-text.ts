import type { RuleChange } from '../change/rule-changes.ts';
import { worstFirst } from '../verdict/worst-first.ts';
import { escapeAllText } from './escape-text.ts';
import type { CheckReport, Report, TableReport } from './report.ts';
import { ABOUT_DIFFS, type Detail, LADDER, SHORTEST, type Step } from './text/detail.ts';
import { scopeLines, verdictLines } from './text/head.ts';
import { BLANK, type Line, paint, paragraph } from './text/line.ts';
import { emptySection, problemSection, reasonLines, uncoveredSection } from './text/other-sections.ts';
import { ruleSection } from './text/rule-section.ts';
import { bar, cleanTableLines, hasFinding, tableSection } from './text/table-section.ts';

export interface TextOptions {
  /** Terminal colours; default false. */
  readonly color?: boolean;
  /** Size limit in bytes of UTF-8, at least 4,096; default 32 KiB, what a run log of lakeFS should have to keep. */
  readonly maxBytes?: number;
  /** Columns of a line, at least 80; default 100. */
  readonly width?: number;
  /** Where the whole report can be read; left out when nobody knows. */
  readonly reportUrl?: string;
  /** False: no value of the data, though contracts allow it: for logs that are kept for good. Default true. */
  readonly values?: boolean;
}

/**
 * The report for people: logs of lakeFS and terminals. Plain words and ASCII signs, the verdict first and last, what is
 * wrong before what is well. Whatever comes from data, paths or contracts is escaped.
 *
 * A report of any size costs the time of a text of `maxBytes`: rendering stops where the text is full, and starts again
 * with less detail.
 */
export function toText(report: Report, options: TextOptions = {}): string {
  const { color = false, maxBytes = 32 * 1024, width = 100 } = options;
  const subject = prepare(report, width, options);
  for (const step of LADDER) {
    const { text, whole } = paintWithin(render(subject, step, width), color, maxBytes);
    if (whole) return text;
  }
  return cutShort(subject, color, maxBytes, width);
}

type PrepareOptions = { readonly reportUrl?: string | null; readonly values?: boolean };

/** What does not depend on the step, found once. Tables are as they came: each is escaped when it is rendered. */
interface Subject {
  /** Escaped, without its tables and changed rules. */
  readonly frame: Report;
  readonly findings: readonly TableReport[];
  readonly clean: readonly TableReport[];
  /** Failed checks and those that could not run, worst of the whole report first; so the warned ones. */
  readonly blocking: readonly CheckReport[];
  readonly warned: readonly CheckReport[];
  /** As they came. */
  readonly ruleChanges: readonly RuleChange[];
  readonly head: readonly Line[];
  readonly closing: readonly Line[];
  readonly values: boolean;
}

function prepare(report: Report, width: number, { reportUrl = null, values = true }: PrepareOptions): Subject {
  const frame = escapeAllText({ ...report, tables: [], ruleChanges: [] });
  const findings = report.tables.filter(hasFinding);
  const checks = findings.flatMap((table) => table.checks);
  const blocking = worstFirst(checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'error'));
  const warned = worstFirst(checks.filter(({ outcome }) => outcome === 'warn'));
  // Reports of the first version have none.
  const ruleChanges = report.ruleChanges ?? [];
  const shown = blocking.length + warned.length + frame.problems.length + Math.min(1, frame.uncovered.count);
  const verdict = verdictLines(frame, report.tables, width);
  return {
    frame,
    findings,
    clean: report.tables.filter((table) => !hasFinding(table)),
    blocking,
    warned,
    ruleChanges,
    head: [BLANK, ...verdict, BLANK, ...scopeLines(frame, report.tables, { width, reportUrl }), BLANK],
    closing: [...reasonLines(frame, shown, width), ...verdict],
    values,
  };
}

function* render(subject: Subject, step: Step, width: number): Generator<readonly Line[]> {
  const { frame, findings, clean, head, closing, values } = subject;
  const { leavesOut } = step;
  const detail: Detail = { ...step.detail, diff: { ...step.detail.diff, values } };
  const inDetail = new Set([
    ...subject.blocking.slice(0, detail.findings),
    ...subject.warned.slice(0, detail.warnings),
  ]);
  yield head;
  yield problemSection(frame, detail, width);
  yield ruleSection(subject.ruleChanges, detail, width);
  for (const table of findings) yield section(table, detail, inDetail, width);
  if (clean.length > detail.cleanTables) {
    yield [bar(findings.length > 0 ? 'all other tables' : 'tables', '', width), BLANK];
    yield [...cleanTableLines(escapeAllText(clean), width), BLANK];
  } else {
    for (const table of clean) yield section(table, detail, inDetail, width);
  }
  if (findings.length + clean.length === 0) yield emptySection(frame, width);
  yield uncoveredSection(frame, detail, width);
  const hasDiff = [...findings, ...clean].some((table) => table.diff !== null);
  const words = hasDiff ? leavesOut : leavesOut.filter((one) => !ABOUT_DIFFS.has(one));
  yield leftOutLines(frame, subject.ruleChanges.length > 0 ? words : withoutRules(words), width);
  yield closing;
}

function section(
  table: TableReport,
  detail: Detail,
  inDetail: ReadonlySet<CheckReport>,
  width: number,
): readonly Line[] {
  const safe = escapeAllText(table);
  const detailed = safe.checks.filter((_, index) => isIn(inDetail, table.checks[index]));
  return [...tableSection(safe, { detail, inDetail: new Set(detailed) }, width), BLANK];
}

function isIn(checks: ReadonlySet<CheckReport>, check: CheckReport | undefined): boolean {
  return check !== undefined && checks.has(check);
}

function leftOutLines(frame: Report, leavesOut: readonly string[], width: number): readonly Line[] {
  if (leavesOut.length === 0) return [];
  const sentence = `Left out to keep this short: ${leavesOut.join(', ')}.`;
  return [...paragraph(sentence, 0, width), ...paragraph(whereWhole(frame), 0, width), BLANK];
}

/** Most changes touch no rules, and nobody should wonder which ones were left out. */
function withoutRules(leavesOut: readonly string[]): readonly string[] {
  return leavesOut.filter((what) => !what.endsWith('of changed rules'));
}

function whereWhole({ scope }: Report): string {
  return scope.kind === 'merge'
    ? `All of it: sluice report ${scope.decisionId} --format json`
    : 'All of it: the same command with --format json';
}

/** The last resort: as much of the shortest text as fits, a line that says so, and the end. */
function cutShort(subject: Subject, color: boolean, maxBytes: number, width: number): string {
  const { frame, closing } = subject;
  const notice = paragraph(`… The rest does not fit here. ${whereWhole(frame)}`, 0, width);
  const ending = paint([BLANK, ...notice, BLANK, ...closing], color);
  const beginning = paintWithin(render(subject, SHORTEST, width), color, maxBytes - byteLength(ending));
  return `${beginning.text.trimEnd()}\n${ending}`;
}

/** Whole lines, as many as fit. */
function paintWithin(
  parts: Iterable<readonly Line[]>,
  color: boolean,
  maxBytes: number,
): { readonly text: string; readonly whole: boolean } {
  let text = '';
  let room = maxBytes;
  for (const part of parts) {
    for (const line of part) {
      const painted = paint([line], color);
      room -= byteLength(painted);
      if (room < 0) return { text, whole: false };
      text += painted;
    }
  }
  return { text, whole: true };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
