import { count, plural } from '../../check/words.ts';
import { escapeAllText, escapeText } from '../escape-text.ts';
import type { CheckReport, Outcome, Report, ReportScope, TableReport } from '../report.ts';
import { isMerge, subjectWords } from '../subject.ts';
import { cutMiddle } from './display-width.ts';
import { field, flow, type Line, type Span } from './line.ts';
import { durationWords, engineWords, shortId } from './numbers.ts';

/** `REJECTED  main <- etl/x   2 of 31 checks failed, 1 warned   3 tables   2.4 s`; first line and last. */
export function verdictLines(report: Report, tables: readonly TableReport[], width: number): readonly Line[] {
  const word = VERDICTS[report.verdict];
  const subject = cutMiddle(subjectWords(report.scope), width - word.text.length - 2);
  const tableCount = tables.length === 0 ? [] : [plural(tables.length, 'table')];
  const facts = [...countWords(report, tables), ...tableCount, durationWords(report.durationMs)];
  return flow([[word, { text: `  ${subject}` }], ...facts.map((text): Line => [{ text }])], {
    width,
    indent: word.text.length + 2,
  });
}

const VERDICTS: Readonly<Record<Report['verdict'], Span>> = {
  approved: { text: 'APPROVED', style: 'good' },
  rejected: { text: 'REJECTED', style: 'bad' },
  undecided: { text: 'UNDECIDED', style: 'doubt' },
};

/** How many checks had each outcome. */
export function tally(checks: readonly CheckReport[]): Readonly<Record<Outcome, number>> {
  const of = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  return { pass: of('pass'), warn: of('warn'), fail: of('fail'), error: of('error'), skip: of('skip') };
}

function countWords(report: Report, tables: readonly TableReport[]): readonly string[] {
  const checks = tables.flatMap((table) => table.checks);
  const problems = report.problems.filter((problem) => problem.level !== 'warning').length;
  const words = [
    ...(checks.length === 0 ? [] : [checkWords(tally(checks), checks.length)]),
    ...(problems === 0 ? [] : [plural(problems, 'problem')]),
  ];
  if (words.length > 0) return words;
  return report.verdict === 'approved' && looksAtData(report.scope) ? ['nothing to check'] : ['no data was read'];
}

/** False for deliveries that were answered from the payload alone; their report knows no commits but the payload's. */
export function looksAtData(scope: ReportScope): boolean {
  return scope.kind === 'local' || scope.baseCommit !== '';
}

/** The worst first; the first number names the whole it is a part of. */
function checkWords(counts: Readonly<Record<Outcome, number>>, total: number): string {
  const others = ` of ${plural(total, 'check')}`;
  const parts = [
    { number: counts.fail, word: 'failed' },
    { number: counts.error, word: 'could not run' },
    ...(counts.fail + counts.error === 0 ? [{ number: counts.pass, word: 'passed' }] : []),
    { number: counts.warn, word: 'warned' },
    { number: counts.skip, word: 'skipped' },
  ].filter(({ number }) => number > 0);
  if (parts.length === 1 && counts.pass === total) return `${plural(total, 'check')} passed`;
  return parts.map(({ number, word }, index) => `${count(number)}${index === 0 ? others : ''} ${word}`).join(', ');
}

/** What was compared with what, and by whom. First of all where to read on: people follow links, not ids. */
export function scopeLines(
  report: Report,
  tables: readonly TableReport[],
  { width, reportUrl }: { readonly width: number; readonly reportUrl: string | null },
): readonly Line[] {
  const page = { width, indent: 2 };
  const { scope, engine } = report;
  return [
    ...(reportUrl === null ? [] : field('report', escapeText(reportUrl), page)),
    ...(scope.kind === 'merge' ? mergeLines(scope, page) : localLines(scope, page)),
    ...contractLines(tables, page),
    ...field('engine', `sluice ${engine.sluice}, ${engineWords(engine.duckdb)}`, page),
    ...(scope.kind === 'merge' ? field('decision', scope.decisionId, page) : []),
  ];
}

interface Page {
  readonly width: number;
  readonly indent: number;
}

function mergeLines(scope: Extract<ReportScope, { kind: 'merge' }>, page: Page): readonly Line[] {
  const by = scope.committer === null ? '' : `   by ${scope.committer}`;
  const address = (commit: string) => `lakefs://${scope.repository}/${shortId(commit)}`;
  const place = scope.mergeCommit === '' ? scope.destination : scope.mergeCommit;
  return [
    ...(isMerge(scope) ? [] : field('event', scope.event, page)),
    ...field(placeName(scope), `${address(place)}${by}`, page),
    ...(scope.baseCommit === '' ? [] : field('base', address(scope.baseCommit), page)),
    ...(scope.mergeResult || !isMerge(scope) || !looksAtData(scope)
      ? []
      : field(
          'note',
          'this lakeFS does not show the merge result to its hooks (it does from 1.23 on): the source commit was ' +
            'judged, and what the merge makes of it is not known',
          page,
        )),
  ];
}

function placeName(scope: Extract<ReportScope, { kind: 'merge' }>): string {
  if (isMerge(scope) && scope.mergeCommit !== '') return scope.mergeResult ? 'merge' : 'source';
  if (scope.mergeCommit === '') return isMerge(scope) ? 'into' : 'branch';
  return /^pre-(?:revert|cherry-pick)$/.test(scope.event) ? 'preview' : 'commit';
}

function localLines(scope: Extract<ReportScope, { kind: 'local' }>, page: Page): readonly Line[] {
  return [...field('data', scope.data, page), ...(scope.base === null ? [] : field('base', scope.base, page))];
}

const CONTRACTS_SHOWN = 5;

function contractLines(tables: readonly TableReport[], page: Page): readonly Line[] {
  const contracts = [...new Map(tables.map(({ contract }) => [contract.file, contract])).values()];
  const shown = escapeAllText(contracts.slice(0, CONTRACTS_SHOWN)).map(
    ({ file, id, version, digest }) => `${file}   ${id} ${version}   sha256:${shortId(digest)}`,
  );
  const more = contracts.length - shown.length;
  const texts = more > 0 ? [...shown, `… ${plural(more, 'more contract')}`] : shown;
  return texts.flatMap((text, index) => field(index === 0 ? 'contract' : '', text, page));
}
