import { count, plural } from '../../check/words.ts';
import { isComplete } from '../../diff/order-tables.ts';
import type { ColumnDiff, SchemaChange, TableDiff } from '../../diff/table-diff.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { uncomparedWords } from '../diff-sum-words.ts';
import { objectsCompared } from '../text/diff-lines.ts';
import { byteWords, rateWords } from '../text/numbers.ts';
import { changesId } from './changed-rows-id.ts';
import { profileSection } from './profile-section.ts';
import { sampleSection } from './sample-section.ts';

/**
 * What changed in the rows, the columns and the schema of one table.
 *
 * @param section id of the table's heading
 * @param isOpen whether rows are shown without being asked for
 */
export function diffSection(diff: TableDiff, section: string, isOpen = false): Html {
  return html`<section id="${changesId(section)}" aria-label="What changed"><h3>What changed</h3>
${estimateNote(diff)}
${uncomparedNote(diff)}
${rowFacts(diff)}
${rowBar(diff)}
${schemaTable(diff)}
${columnTable(diff)}
${sampleSection(diff, section, isOpen)}
${profileSection(diff, isOpen)}
${footnotes(diff)}</section>`;
}

function estimateNote({ estimate }: TableDiff): Html | null {
  if (estimate === null) return null;
  const { inserted, updated, deleted } = estimate.margin95;
  return html`<p><span class="badge caution">estimate</span> One key in ${count(estimate.oneIn)} was compared. 95 % of the time the true numbers are within ± ${count(inserted)} (inserted), ± ${count(updated)} (updated) and ± ${count(deleted)} (deleted).</p>`;
}

function uncomparedNote(diff: TableDiff): Html | null {
  if (isComplete(diff)) return null;
  return html`<p><span class="badge doubt">not compared</span> ${uncomparedWords([diff]).join(', ')}: all counts are of what was read.</p>`;
}

function rowFacts(diff: TableDiff): Html {
  const { rows, inserted, deleted, updated, duplicateKeys, nullKeys, moved, objects, key } = diff;
  const changed = inserted + deleted + updated + nullKeys.inserted + nullKeys.deleted + duplicateKeys.keys > 0;
  const difference = rows.merge - rows.base;
  const signed = `${difference > 0 ? '+' : difference < 0 ? '−' : '±'}${count(Math.abs(difference))}`;
  return html`<dl class="facts">
<dt>rows</dt><dd><span class="was-word">${count(rows.base)}</span> → <span class="now-word">${count(rows.merge)}</span> (${signed})${changed ? null : `: ${unchangedWords(diff)}`}</dd>
<dt>key</dt><dd class="mono">${key.length === 0 ? 'none: whole rows are compared' : key.join(', ')}</dd>
${duplicateKeys.keys === 0 ? null : html`<dt>repeated keys</dt><dd>${plural(duplicateKeys.keys, 'key')} more than once (${count(duplicateKeys.baseRows)} → ${count(duplicateKeys.mergeRows)} rows), not compared column by column</dd>`}
${nullKeys.inserted + nullKeys.deleted === 0 ? null : html`<dt>rows without key</dt><dd>+ ${count(nullKeys.inserted)} − ${count(nullKeys.deleted)}</dd>`}
${moved === null || moved === 0 ? null : html`<dt>moved</dt><dd>${plural(moved, 'unchanged row')} in another object than before</dd>`}
<dt>compared</dt><dd>${objectsCompared(objects)} (${objects.read === objects.of ? '' : `${byteWords(objects.bytesRead)} of `}${byteWords(objects.bytesOf)})</dd></dl>`;
}

function unchangedWords(diff: TableDiff): string {
  if (!isComplete(diff)) return 'nothing that was read changed';
  const { changed } = diff.objects;
  if (changed === 0) return 'no row changed';
  return `no row changed, though ${changed === 1 ? '1 object differs' : `${count(changed)} objects differ`}`;
}

const BAR_WIDTH = 640;

/** The share of each class among all rows of both sides; a class that is there is never too thin to be seen. */
function rowBar({ inserted, updated, deleted, unchanged }: TableDiff): Html | null {
  const classes = [
    { name: 'unchanged', sign: '=', rows: unchanged },
    { name: 'updated', sign: '~', rows: updated },
    { name: 'inserted', sign: '+', rows: inserted },
    { name: 'deleted', sign: '−', rows: deleted },
  ];
  const total = unchanged + updated + inserted + deleted;
  if (total === 0 || total === unchanged) return null;
  const present = classes.filter(({ rows }) => rows > 0);
  const least = 6;
  const room = BAR_WIDTH - least * present.length;
  const widths = present.map(({ rows }) => least + (rows / total) * room);
  const bars = present.map(({ name }, index) => {
    const x = widths.slice(0, index).reduce((sum, width) => sum + width, 0);
    return html`<rect class="row-${name}" x="${x.toFixed(1)}" y="0" width="${(widths[index] ?? 0).toFixed(1)}" height="16"/>`;
  });
  const words = classes.map(({ name, rows }) => `${count(rows)} ${name}`).join(', ');
  return html`<svg class="row-bar" viewBox="0 0 ${BAR_WIDTH} 16" preserveAspectRatio="none" role="img" aria-label="${words}">${bars}</svg>
<ul class="legend">${classes.map(({ name, sign, rows }) => html`<li><span class="key row-${name}" aria-hidden="true"></span>${sign} <strong>${count(rows)}</strong> ${name} <span class="muted">(${rateWords(rows, total)})</span></li>`)}</ul>`;
}

const SCHEMA_WORDS: Readonly<Record<SchemaChange['change'], string>> = {
  added: 'column added',
  removed: 'column removed',
  type: 'type changed',
  nullability: 'nullability changed',
  order: 'order changed',
  'renamed?': 'perhaps renamed (a guess)',
};

function schemaTable({ schema, omitted }: TableDiff): Html {
  if (schema.length === 0) return NOTHING;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Schema changes"><table><caption>Schema</caption><thead><tr><th scope="col">column</th><th scope="col">change</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
<tbody>${schema.map(
    ({ change, column, before, after, guess }) =>
      html`<tr><th scope="row"><code>${column}</code></th><td>${SCHEMA_WORDS[change]}${guess === undefined ? null : html` <span class="muted">equal in ${count(guess.numerator)} of ${count(guess.denominator)} ${guess.of}</span>`}</td><td>${before === null ? '–' : html`<del>${before}</del>`}</td><td>${after === null ? '–' : html`<ins>${after}</ins>`}</td></tr>`,
  )}</tbody></table></div>${leftOut(omitted.schema, 'more schema change')}`;
}

function columnTable({ columns, unchangedColumns, omitted, updated }: TableDiff): Html {
  if (columns.length === 0) return updated > 0 ? html`<p class="muted">No column change to show.</p>` : NOTHING;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Changed columns"><table><caption>Changed columns</caption><thead><tr><th scope="col">column</th><th scope="col" class="num">changed</th><th scope="col" class="num">match</th><th scope="col" class="num">null → value</th><th scope="col" class="num">value → null</th><th scope="col" class="num">value → value</th><th scope="col">note</th></tr></thead>
<tbody>${columns.map(
    (column) =>
      html`<tr><th scope="row"><code>${column.name}</code></th><td class="num">${count(column.changed)}</td><td class="num" title="${`${count(column.matchRate.numerator)} of ${count(column.matchRate.denominator)} ${column.matchRate.of}`}">${rateWords(column.matchRate.numerator, column.matchRate.denominator)}</td><td class="num">${count(column.nullToValue)}</td><td class="num">${count(column.valueToNull)}</td><td class="num">${count(column.valueToValue)}</td><td>${columnNote(column)}</td></tr>`,
  )}</tbody></table></div>
<p class="muted small">Match: of ${columns[0]?.matchRate.of ?? 'rows'}. ${plural(unchangedColumns, 'unchanged column')} not shown.</p>${leftOut(omitted.columns, 'more changed column')}`;
}

function columnNote(column: ColumnDiff): string {
  return [
    column.caseOnly > 0 ? `${count(column.caseOnly)} by case alone` : '',
    column.whitespaceOnly > 0 ? `${count(column.whitespaceOnly)} by white space alone` : '',
    column.withinTolerance > 0 ? `${count(column.withinTolerance)} more within ± ${column.tolerance ?? ''}` : '',
    column.sameJson > 0 ? `${count(column.sameJson)} more the same JSON` : '',
    column.comparedAs === null ? '' : `compared as ${column.comparedAs}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function footnotes({ notes, objects, omitted }: TableDiff): Html {
  return html`${notes.map((note) => html`<p class="muted small">${note}</p>`)}${
    objects.renamed.length === 0
      ? null
      : html`<details><summary>${plural(objects.renamed.length + omitted.renamedObjects, 'object')} renamed, same bytes</summary><div><ul>${objects.renamed.map(({ from, to }) => html`<li><del>${from}</del> <ins>${to}</ins></li>`)}</ul>${leftOut(omitted.renamedObjects, 'more object')}</div></details>`
  }`;
}

function leftOut(number: number, noun: string): Html {
  return number === 0 ? NOTHING : html`<p class="muted small">${plural(number, noun)} left out.</p>`;
}
