import { count, plural } from '../check/words.ts';
import type { TableDiff } from '../diff/table-diff.ts';
import { worstFirst } from '../verdict/worst-first.ts';
import { uncomparedWords, unpairedWords } from './diff-sum-words.ts';
import { escapeText } from './escape-text.ts';
import type { CheckReport, Report, TableReport } from './report.ts';
import { MEASURE_WORDS, movedWords, shiftedColumns, sidesWords, tellingShifts } from './shift-words.ts';
import { isMerge, subjectWords } from './subject.ts';
import { tally } from './text/head.ts';
import { durationWords, shortId } from './text/numbers.ts';

export interface MarkdownOptions {
  /** Where the whole report can be read; left out when nobody knows. */
  readonly reportUrl?: string;
  /** `plain`: for renderers that know no tables and show comments as text, as that of lakeFS does. Default `github`. */
  readonly dialect?: 'github' | 'plain';
  /** Tables, and findings, that are shown at most; default: as many, up to 20, as fit into 3,000 characters. */
  readonly most?: number;
}

const SIGNS = { approved: '✅', rejected: '❌', undecided: '⚠️' } as const;
/** From most to least: tables, findings, columns whose profile shifted. */
const LADDER = [20, 10, 5, 3, 1, 0];
/** What one section of a chat message takes, with the report's signs as one character each. */
const MOST_CHARACTERS = 3_000;
const MOST_TEXT = 300;

/**
 * The report for pull requests and chats: one screen, no row values. Everything that comes from data, paths or contracts
 * stands in code spans, the one place where neither Markdown nor HTML, mentions nor references mean anything.
 */
export function toMarkdown(report: Report, options: MarkdownOptions = {}): string {
  if (options.most !== undefined) return rendered(report, options, options.most);
  const texts = LADDER.map((most) => () => rendered(report, options, most));
  for (const text of texts) {
    const markdown = text();
    if ([...markdown].length <= MOST_CHARACTERS) return markdown;
  }
  return rendered(report, options, 0);
}

function rendered(report: Report, { reportUrl, dialect = 'github' }: MarkdownOptions, most: number): string {
  const plain = dialect === 'plain';
  const parts = [
    heading(report),
    summary(report, reportUrl),
    plain ? tableList(report, most) : tableRows(report, most),
    findings(report, most),
    shifts(report, most),
    rules(report, most),
    uncovered(report),
    plain ? '' : `<!-- ${MARKER} -->`,
  ].filter((part) => part !== '');
  return `${parts.join('\n\n')}\n`;
}

/** Files that make rules; their lines are in the other formats. */
function rules({ ruleChanges = [] }: Report, most: number): string {
  const shown = ruleChanges.slice(0, most).map(({ path, change, lines, omitted }) => {
    const of = (kind: string) => lines.filter((line) => line.kind === kind).length;
    const more = omitted > 0 ? ` and ${plural(omitted, 'line')} more` : '';
    return `- rule file ${code(path)} ${change}: +${of('+')} −${of('-')} lines${more}`;
  });
  const left = ruleChanges.length - shown.length;
  return [...shown, ...(left > 0 ? [`- … and ${plural(left, 'more rule file')}`] : [])].join('\n');
}

/** Ends every Markdown report, so that the next one can take its place. */
const MARKER = 'sluice-report';

function heading({ verdict, scope }: Report): string {
  const merged = scope.kind === 'merge' && isMerge(scope);
  const subject = merged ? `${code(shortId(scope.source))} → ${code(scope.destination)}` : code(subjectWords(scope));
  return `### ${SIGNS[verdict]} ${verdict.toUpperCase()}: ${subject}`;
}

function summary(report: Report, reportUrl: string | undefined): string {
  const counts = tally(report.tables.flatMap((table) => table.checks));
  const words = [
    ...(counts.fail > 0 ? [`**${counts.fail} failed**`] : []),
    ...(counts.error > 0 ? [`**${counts.error} could not run**`] : []),
    ...(counts.warn > 0 ? [`${counts.warn} warned`] : []),
    `${counts.pass} passed`,
    plural(report.tables.length, 'table'),
    durationWords(report.durationMs),
    ...(report.scope.kind === 'merge' ? [`decision ${code(report.scope.decisionId)}`] : []),
    ...(reportUrl === undefined ? [] : [`[report](${encodeURI(reportUrl)})`]),
  ];
  return words.join(' · ');
}

function tableRows({ tables }: Report, most: number): string {
  if (tables.length === 0) return '';
  const shown = tables.slice(0, most);
  const diffs = shown.some(({ diff }) => diff !== null);
  const head = ['table', 'rows', ...(diffs ? ['+', '−', '~'] : []), 'failed', 'warned', 'passed'];
  const rows = shown.map((table) => {
    const counts = tally(table.checks);
    return [
      cell(table.name),
      table.rows === null ? '–' : count(table.rows),
      ...(diffs ? diffCells(table) : []),
      count(counts.fail + counts.error),
      count(counts.warn),
      count(counts.pass),
    ];
  });
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  const more = tables.length - shown.length;
  const uncompared = shown.flatMap(({ name, diff }) => {
    const words = diff === null ? [] : besideCounts(diff);
    return words.length === 0 ? [] : [`- ${code(name)}: ${words.join(', ')}`];
  });
  return [
    ...lines,
    ...(more > 0 ? ['', `… and ${plural(more, 'more table')}.`] : []),
    ...(uncompared.length > 0 ? ['', ...uncompared] : []),
  ].join('\n');
}

/** What a table would say, line by line; the bullet is not that of the findings, or both would be one list. */
function tableList({ tables }: Report, most: number): string {
  const lines = tables.slice(0, most).map((table) => {
    const counts = tally(table.checks);
    const [inserted, deleted, updated] = diffCells(table);
    const words = [
      ...(table.rows === null ? [] : [plural(table.rows, 'row')]),
      ...(table.diff === null ? [] : [`+${inserted} −${deleted} ~${updated}`, ...besideCounts(table.diff)]),
      `${count(counts.fail + counts.error)} failed`,
      ...(counts.warn === 0 ? [] : [`${count(counts.warn)} warned`]),
      `${count(counts.pass)} passed`,
    ];
    return `* ${code(table.name)}: ${words.join(', ')}`;
  });
  const more = tables.length - lines.length;
  return [...lines, ...(more > 0 ? [`* … and ${plural(more, 'more table')}`] : [])].join('\n');
}

/** What the three counts leave out. */
function besideCounts(diff: TableDiff): readonly string[] {
  return [...unpairedWords([diff]), ...uncomparedWords([diff])];
}

function diffCells({ diff }: TableReport): readonly string[] {
  return diff === null ? ['–', '–', '–'] : [diff.inserted, diff.deleted, diff.updated].map((rows) => count(rows));
}

function findings(report: Report, most: number): string {
  const lines = [
    ...report.problems.map((problem) => {
      const place = problem.file === undefined ? '' : ` ${code(`${problem.file}:${problem.line ?? 1}`)}`;
      const label = problem.level === 'warning' ? 'warning' : '**error**';
      return `- ${label} ${code(problem.code)}${place}: ${code(problem.message)}`;
    }),
    ...worstOf(report.tables).map(
      ({ table, check }) =>
        `- ${LABELS[check.outcome] ?? ''} ${code(withTable(table.name, check.id))}: ${code(check.observed)}, expected ${code(check.expected)} (${code(`${check.contract.file}:${check.contract.line}`)})`,
    ),
  ];
  const shown = lines.slice(0, most);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`- … and ${plural(more, 'more finding')}`] : [])].join('\n');
}

/** A line for each column whose profile shifted: rates and counts, how far, and no value. */
function shifts({ tables }: Report, most: number): string {
  const lines = tables.flatMap(({ name, diff }) =>
    shiftedColumns(diff?.profile ?? []).map(({ column, shifts: found }) => {
      const words = tellingShifts(found).map((shift) => {
        const sides = sidesWords(shift, column, false);
        const both = sides === null ? '' : ` ${sides.before} → ${sides.after}`;
        return `${MEASURE_WORDS[shift.measure]}${both} (${movedWords(shift)})`;
      });
      return `- profile ${code(`${name}.${column.name}`)}: ${words.join(', ')}`;
    }),
  );
  const shown = lines.slice(0, most);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`- … and ${plural(more, 'more column')} with a shifted profile`] : [])].join('\n');
}

const LABELS: Readonly<Partial<Record<CheckReport['outcome'], string>>> = {
  fail: '**failed**',
  error: '**could not run**',
  warn: 'warning',
};
const ORDER: readonly CheckReport['outcome'][] = ['fail', 'error', 'warn'];

/** Most checks have the table in their id already. */
function withTable(table: string, check: string): string {
  return check.startsWith(`${table}.`) ? check : `${table}.${check}`;
}

function worstOf(tables: readonly TableReport[]): readonly { table: TableReport; check: CheckReport }[] {
  const found = tables.flatMap((table) => worstFirst(table.checks).map((check) => ({ table, check })));
  return ORDER.flatMap((outcome) => found.filter(({ check }) => check.outcome === outcome));
}

function uncovered({ uncovered: { count: number, paths } }: Report): string {
  if (number === 0) return '';
  return `${plural(number, 'changed object')} under no contract, among them ${paths.slice(0, 3).map(code).join(', ')}.`;
}

/** Text in a code span, on one line and of bounded length. */
function code(text: string): string {
  const all = [...escapeText(text)];
  const safe = all.length <= MOST_TEXT ? all.join('') : `${all.slice(0, MOST_TEXT).join('')}…`;
  if (!safe.includes('`')) return safe === '' ? '(empty)' : `\`${safe}\``;
  const longest = Math.max(...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${safe} ${fence}`;
}

/** A table's row ends at a pipe, in a code span too. */
function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}
