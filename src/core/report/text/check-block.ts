import { count, plural } from '../../check/words.ts';
import type { CheckReport } from '../report.ts';
import type { Detail } from './detail.ts';
import { cutMiddle, displayWidth, padEnd, padStart } from './display-width.ts';
import { failureHeadline, notRunHeadline } from './headline.ts';
import { field, type Line, type Span, wrap } from './line.ts';
import { rateWords } from './numbers.ts';
import { cellWords } from './sample-lines.ts';

/** A check with all that is known of it; the counts stand where the check's own words do not give them. */
export function checkBlock(check: CheckReport, detail: Detail, width: number): readonly Line[] {
  const page = { width, indent: 4 };
  const lines = (key: string, text: string | null) => (text === null ? [] : field(key, clip(text, detail.text), page));
  return [
    ...labelled(labelOf(check), headlineOf(check), width),
    ...lines('rule', check.name),
    ...lines('expected', check.expected),
    ...lines(check.outcome === 'error' ? 'because' : 'observed', check.observed),
    ...lines('failing', failingWords(check)),
    ...lines('contract', `${check.contract.file}:${check.contract.line}   ${check.id}`),
    ...objectLines(check, detail, width),
    ...rowLines(check, detail, width),
    ...lines('help', check.help),
  ];
}

/** The check in one line: `error[range]: amount has values out of range: 214 of 8,400 rows`. */
export function checkLine(check: CheckReport, width: number): readonly Line[] {
  const { failing, evaluated } = check;
  const rows = failing === null || evaluated === null ? '' : `: ${count(failing)} of ${plural(evaluated, 'row')}`;
  return labelled(labelOf(check), `${headlineOf(check)}${rows}${newRowWords(check)}`, width);
}

function headlineOf(check: CheckReport): string {
  return check.outcome === 'error' ? notRunHeadline(check) : failureHeadline(check);
}

/** Reports of the first version do not tell. */
export function newRowWords({ origin }: CheckReport): string {
  const rows = origin?.rows ?? null;
  return rows === null ? '' : `, ${rows.new === 0 ? 'none' : count(rows.new)} new`;
}

/** A coloured label and its sentence, continued under the label. */
export function labelled(label: Span, sentence: string, width: number): readonly Line[] {
  const [first = '', ...rest] = wrap(`${label.text}: ${sentence}`, width - 4);
  const head: Line = first.startsWith(label.text)
    ? [{ text: '  ' }, label, { text: first.slice(label.text.length), style: 'strong' }]
    : [{ text: `  ${first}`, style: 'strong' }];
  return [head, ...rest.map((text): Line => [{ text: `    ${text}`, style: 'strong' }])];
}

function labelOf(check: CheckReport): Span {
  if (check.outcome === 'error') return { text: `could not run[${check.kind}]`, style: 'doubt' };
  if (check.outcome === 'fail') return { text: `error[${check.kind}]`, style: 'bad' };
  return { text: `${check.severity === 'info' ? 'info' : 'warning'}[${check.kind}]`, style: 'caution' };
}

function failingWords({ failing, evaluated, duplicateKeys, observed }: CheckReport): string | null {
  if (failing === null || evaluated === null) return null;
  const rows = `${count(failing)} of ${plural(evaluated, 'row')}`;
  const keys = duplicateKeys === null || duplicateKeys === 0 ? '' : plural(duplicateKeys, 'distinct key');
  const parts = [
    observed.includes(rows) ? '' : `${rows} checked (${rateWords(failing, evaluated)})`,
    observed.includes(keys) ? '' : `${keys} more than once`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(', ');
}

/** The worst objects, their counts in one column. */
function objectLines(check: CheckReport, { objects: limit }: Detail, width: number): readonly Line[] {
  if (limit === 0) return [];
  const shown = check.objects.slice(0, limit);
  const counts = shown.map(({ failing }) => (failing === 0 ? '' : count(failing)));
  const paths = shown.map(({ path }) => cutMiddle(path, width - 38));
  const pathWidth = Math.max(0, ...paths.map(displayWidth));
  const countWidth = Math.max(0, ...counts.map(displayWidth));
  const texts = shown.map(({ failing }, index) => {
    const path = padEnd(paths[index] ?? '', pathWidth);
    return failing === 0 ? path : `${path}   ${padStart(counts[index] ?? '', countWidth)} ${nounFor(failing)}`;
  });
  const more = check.objects.length - shown.length;
  return [...texts, ...(more > 0 ? [`… ${plural(more, 'more object')}`] : [])].flatMap((text, index) =>
    field(index === 0 ? 'objects' : '', text, { width, indent: 4 }),
  );
}

/** Some failing rows, where cells may be shown. */
function rowLines({ samples = [] }: CheckReport, { diff }: Detail, width: number): readonly Line[] {
  if (!diff.values) return [];
  return samples.slice(0, diff.samples).flatMap(({ isNew, cells }, index) => {
    const mark = isNew === null ? '' : isNew ? 'new   ' : 'old   ';
    const text = cells.map(({ column, value }) => `${column} ${cellWords(value)}`).join(', ');
    return field(index === 0 ? 'rows' : '', `${mark}${text}`, { width, indent: 4 });
  });
}

function nounFor(failing: number): string {
  return failing === 1 ? 'row' : 'rows';
}

/** Text of an author or of the engine, at most `limit` characters; says how much is not shown. */
export function clip(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  return `${characters.slice(0, limit).join('')}… (+${count(characters.length - limit)} characters)`;
}
