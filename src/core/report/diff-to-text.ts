import { plural } from '../check/words.ts';
import type { DiffedTable, DiffReport } from '../diff/diff-report.ts';
import type { TableDiff } from '../diff/table-diff.ts';
import { hasErrors } from '../problem.ts';
import { sumWords } from './diff-sum-words.ts';
import { escapeAllText } from './escape-text.ts';
import { shiftedColumns } from './shift-words.ts';
import { type DiffDetail, diffLines } from './text/diff-lines.ts';
import { cutMiddle } from './text/display-width.ts';
import { BLANK, field, flow, type Line, paint, plain } from './text/line.ts';
import { durationWords, engineWords, shortId } from './text/numbers.ts';
import { bar } from './text/table-section.ts';
import type { TextOptions } from './to-text.ts';

const FULL: DiffDetail = { columns: 12, samples: 5, shifts: 8, values: true };
const SHORT: DiffDetail = { columns: 3, samples: 0, shifts: 0, values: true };
const LEAST: DiffDetail = { columns: 0, samples: 0, shifts: 0, values: true };

/** A diff for people: one screen for a table, what changed most first, the sum in the first line and the last. */
export function diffToText(report: DiffReport, options: TextOptions = {}): string {
  const { color = false, maxBytes = 32 * 1024, width = 100 } = options;
  // Once, whatever number of forms is tried.
  const safe = { ...report, tables: report.tables.map(escapeAllText) };
  const tables = safe.tables.length;
  const wanted: readonly (readonly [DiffDetail, number])[] = [
    [FULL, tables],
    [{ ...FULL, shifts: 0 }, tables],
    [{ ...FULL, shifts: 0, samples: 0 }, tables],
    ...halves(Math.min(tables, MOST_SHORT)).map((shown): readonly [DiffDetail, number] => [SHORT, shown]),
    [LEAST, 1],
  ];
  for (const [detail, shown] of wanted) {
    const text = paint(render(safe, detail, width, shown), color);
    if (bytes(text) <= maxBytes) return text;
  }
  return paint(render(safe, LEAST, width, 0), color);
}

/** Tables of the short form that are tried at once. */
const MOST_SHORT = 100;

function halves(number: number): readonly number[] {
  return number <= 1 ? [1] : [number, ...halves(Math.floor(number / 2))];
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Of a report whose tables are escaped. */
function render(report: DiffReport, detail: DiffDetail, width: number, tables: number): readonly Line[] {
  const shown = report.tables.slice(0, tables);
  const more = report.tables.length - shown.length + report.omittedTables;
  const { scope, engine, problems } = escapeAllText({ ...report, tables: [] });
  const page = { width, indent: 2 };
  const sides =
    scope.kind === 'local'
      ? [...field('base', scope.base, page), ...field('data', scope.data, page)]
      : [
          ...field('base', `lakefs://${scope.repository}/${scope.base}   ${shortId(scope.baseCommit)}`, page),
          ...field('head', `lakefs://${scope.repository}/${scope.head}   ${shortId(scope.headCommit)}`, page),
        ];
  return [
    BLANK,
    ...headline(report, width),
    BLANK,
    ...sides,
    ...field('engine', `sluice ${engine.sluice}, ${engineWords(engine.duckdb)}`, page),
    BLANK,
    ...problems.flatMap((problem) => [
      ...field(problem.level ?? 'error', `${problem.message} [${problem.code}]`, page),
      BLANK,
    ]),
    ...shown.flatMap((table) => [...section(table, detail, width), BLANK]),
    ...(more > 0 ? [plain(`  … ${plural(more, 'more table')}; all of it: --format json`), BLANK] : []),
    ...leftOutLines(shown, detail),
    ...hiddenLines(shown),
    ...headline(report, width),
  ];
}

/** What the first form would show of these tables. */
function leftOutLines(tables: readonly DiffedTable[], { samples, shifts }: DiffDetail): readonly Line[] {
  const diffs = tables.flatMap(({ diff }) => (diff === null ? [] : [diff]));
  const words = [
    ...(shifts === 0 && diffs.some(({ profile }) => shiftedColumns(profile).length > 0) ? ['shifts of profiles'] : []),
    ...(samples === 0 && diffs.some((diff) => diff.samples.length > 0) ? ['rows'] : []),
  ];
  if (words.length === 0) return [];
  return [plain(`  left out to keep this short: ${words.join(', ')}; all of it: --format json`), BLANK];
}

/** A hint for whoever does not know that rows can be seen. */
function hiddenLines(tables: readonly DiffedTable[]): readonly Line[] {
  const diffs = tables.flatMap(({ diff }) => (diff === null ? [] : [diff]));
  const isChanged = diffs.some(
    ({ key, inserted, updated, deleted }) => key.length > 0 && inserted + updated + deleted > 0,
  );
  const shows = ({ samples, profile }: TableDiff): boolean =>
    samples.length > 0 || profile.some(({ base, merge }) => (base?.min ?? merge?.min ?? null) !== null);
  if (!isChanged || diffs.some(shows)) return [];
  const hint = 'values are hidden: --show all, or --show COLUMNS, shows rows (with a contract: its samples)';
  return [[{ text: `  ${hint}`, style: 'faint' }], BLANK];
}

function section({ name, location, diff, problem }: DiffedTable, detail: DiffDetail, width: number): readonly Line[] {
  const head = [bar(name, location, width), BLANK];
  if (diff !== null) return [...head, ...diffLines(diff, detail, width)];
  const page = { width, indent: 2 };
  return [
    ...head,
    ...field('error', `${problem?.message ?? ''} [${problem?.code ?? ''}]`, page),
    ...(problem?.hint === undefined ? [] : field('help', problem.hint, page)),
  ];
}

function headline(report: DiffReport, width: number): readonly Line[] {
  const { scope, tables, problems, durationMs } = report;
  const [from, to] = scope.kind === 'local' ? [scope.base, scope.data] : [scope.base, scope.head];
  const subject = cutMiddle(escapeAllText(`${from} -> ${to}`), width - 8);
  const facts = [...sumWords(tables, hasErrors(problems)), durationWords(durationMs)];
  return flow(
    [[{ text: 'DIFF', style: 'strong' }, { text: `  ${subject}` }], ...facts.map((text): Line => [{ text }])],
    {
      width,
      indent: 6,
    },
  );
}
