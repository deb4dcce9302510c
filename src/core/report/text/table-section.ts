import { count, plural } from '../../check/words.ts';
import { worstFirst } from '../../verdict/worst-first.ts';
import type { CheckReport, TableReport } from '../report.ts';
import { checkBlock, checkLine } from './check-block.ts';
import type { Detail } from './detail.ts';
import { diffLines } from './diff-lines.ts';
import { cutMiddle, displayWidth, padEnd, padStart } from './display-width.ts';
import { tally } from './head.ts';
import { BLANK, field, type Line, plain } from './line.ts';
import { byteWords } from './numbers.ts';

/** `-- orders --------------- tables/orders/ --`, `width` columns in all. */
export function bar(title: string, place: string, width: number): Line {
  const room = width - 9;
  const right = place === '' ? '' : ` ${cutMiddle(place, Math.max(10, room - Math.min(displayWidth(title), 30)))} --`;
  const left = cutMiddle(title, room - displayWidth(right));
  const rule = '-'.repeat(Math.max(2, width - 4 - displayWidth(left) - displayWidth(right)));
  return [
    { text: '-- ', style: 'faint' },
    { text: left, style: 'strong' },
    { text: ` ${rule}${right}`, style: 'faint' },
  ];
}

/** True when a person has something to look at. */
export function hasFinding(table: TableReport): boolean {
  return table.objects.unseenByDiff.length > 0 || table.checks.some((check) => FINDINGS.has(check.outcome));
}

const FINDINGS: ReadonlySet<string> = new Set(['fail', 'error', 'warn']);

/** Every table in full: what was read, what is wrong, worst first, and what passed. */
export function tableSection(table: TableReport, plan: TablePlan, width: number): readonly Line[] {
  const { detail } = plan;
  const shown = table.checks.filter(
    ({ outcome }) => outcome === 'fail' || outcome === 'error' || (outcome === 'warn' && detail.warningLines),
  );
  const blocks = inRunsOfHeadlines(worstFirst(shown).map((check) => ({ check, full: plan.inDetail.has(check) })));
  return [
    bar(table.name, table.location, width),
    BLANK,
    ...factLines(table, detail, width),
    ...blocks.flatMap((run) => [
      BLANK,
      ...run.flatMap(({ check, full }) => (full ? checkBlock(check, detail, width) : checkLine(check, width))),
    ]),
    BLANK,
    ...restLines(table, detail, width),
  ];
}

export interface TablePlan {
  readonly detail: Detail;
  /** Checks of this table that are worth more than one line. */
  readonly inDetail: ReadonlySet<CheckReport>;
}

interface Shown {
  readonly check: CheckReport;
  readonly full: boolean;
}

/** Blocks stand apart; first lines alone stand together. */
function inRunsOfHeadlines(items: readonly Shown[]): readonly (readonly Shown[])[] {
  const runs: Shown[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (item.full || last === undefined || last.some(({ full }) => full)) runs.push([item]);
    else last.push(item);
  }
  return runs;
}

function factLines(table: TableReport, detail: Detail, width: number): readonly Line[] {
  const page = { width, indent: 2 };
  const unseen = table.objects.unseenByDiff;
  return [
    ...(table.rows === null || table.diff !== null ? [] : field('rows', count(table.rows), page)),
    ...(table.diff === null ? [] : diffLines(table.diff, detail.diff, width)),
    ...field('objects', objectWords(table.objects), page),
    ...(unseen.length === 0 ? [] : unseenLines(unseen, detail, width)),
    ...(table.owner === null ? [] : field('owner', table.owner, page)),
  ];
}

function objectWords({ read, bytes, added, changed, removed }: TableReport['objects']): string {
  const changes = changeWords([
    ['+', added, 'added'],
    ['~', changed, 'changed'],
    ['-', removed, 'removed'],
  ]);
  return `${count(read)} read, ${byteWords(bytes)}${changes === '' ? '' : `   ${changes}`}`;
}

function changeWords(changes: readonly (readonly [sign: string, number: number, word: string])[]): string {
  return changes
    .filter(([, number]) => number > 0)
    .map(([sign, number, word]) => `${sign} ${count(number)} ${word}`)
    .join('   ');
}

/** Somebody linked other bytes under an old checksum, or a client did it by mistake: worth a look either way. */
function unseenLines(paths: readonly string[], detail: Detail, width: number): readonly Line[] {
  const page = { width, indent: 2 };
  const subject = paths.length === 1 ? '1 object has' : `${count(paths.length)} objects have`;
  const more = paths.length - detail.paths;
  return [
    ...field('unseen', `${subject} other bytes though no diff shows it; judged like any change:`, page),
    ...paths.slice(0, detail.paths).flatMap((path) => field('', path, page)),
    ...(more > 0 ? field('', `… ${plural(more, 'more object')}`, page) : []),
  ];
}

/** What needs no look, counted. */
function restLines(table: TableReport, { passedByKind, warningLines }: Detail, width: number): readonly Line[] {
  const page = { width, indent: 2 };
  const rest = (['pass', 'skip', ...(warningLines ? [] : (['warn'] as const))] as const).map((outcome) => {
    const checks = table.checks.filter((check) => check.outcome === outcome);
    const kinds = passedByKind ? `: ${kindWords(checks)}` : '';
    return checks.length === 0 ? [] : field(REST[outcome], `${plural(checks.length, 'check')}${kinds}`, page);
  });
  return table.checks.length === 0 ? field('checks', 'none in the contract', page) : rest.flat();
}

const REST = { pass: 'passed', skip: 'skipped', warn: 'warned' } as const;

/** `type 6, required 4, range`, the frequent first. */
function kindWords(checks: readonly CheckReport[]): string {
  const kinds = [...new Set(checks.map(({ kind }) => kind))];
  return kinds
    .map((kind) => ({ kind, number: checks.filter((check) => check.kind === kind).length }))
    .sort((left, right) => right.number - left.number)
    .map(({ kind, number }) => (number === 1 ? kind : `${kind} ${count(number)}`))
    .join(', ');
}

/** Tables without a finding, a line each, numbers in columns. */
export function cleanTableLines(tables: readonly TableReport[], width: number): readonly Line[] {
  const names = tables.map(({ name }) => cutMiddle(name, Math.floor(width / 2) - 4));
  const rows = tables.map((table) => (table.rows === null ? '' : plural(table.rows, 'row')));
  const nameWidth = Math.max(...names.map(displayWidth));
  const rowWidth = Math.max(...rows.map(displayWidth));
  return tables.map((table, index) => {
    const { pass, skip } = tally(table.checks);
    const skipped = skip === 0 ? '' : `, ${count(skip)} skipped`;
    const start = `  ${padEnd(names[index] ?? '', nameWidth)}   ${padStart(rows[index] ?? '', rowWidth)}`;
    return plain(`${start}   ${plural(pass, 'check')} passed${skipped}`);
  });
}
