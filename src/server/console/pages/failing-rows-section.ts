import { isKindAboutChanges } from '../../../core/check/registry.ts';
import { plural } from '../../../core/check/words.ts';
import { type Html, html, join, prose } from '../../../core/html/html.ts';
import { sectionIds } from '../../../core/report/html/body.ts';
import { CHANGE_ORDER, changedRowsId, changesId } from '../../../core/report/html/changed-rows-id.ts';
import type { Report } from '../../../core/report/report.ts';
import type { KeptRows, NoFailingRows } from '../../../gate/failing-rows-ports.ts';
import { NO_ROWS_WORDS, rowsWords } from '../../../gate/failing-rows-words.ts';
import type { Decision } from '../../../gate/record-ports.ts';
import type { Viewer } from './session.ts';

/** Lines on the page; the API has them all. */
const MOST_LINES = 100;
/** Checks that one line names. */
const MOST_NAMED = 12;

/** The report that stands above the section, and its markup, to which lines may link. */
export interface ReportAbove {
  readonly report: Report | null;
  readonly markup: string;
}

/** A link for every failing check whose rows are kept, and why the others have none, a line for each reason. */
export function failingRowsSection(
  decision: Pick<Decision, 'id' | 'repository'>,
  viewer: Viewer,
  kept: readonly (KeptRows | NoFailingRows)[],
  above: ReportAbove,
): Html | null {
  if (kept.length === 0) return null;
  const mayRead = viewer.mayReadRows(decision.repository);
  const files = kept.filter((one) => one.kind === 'rows');
  const without = kept.filter((one) => one.kind === 'none');
  const isForbidden = !mayRead && files.length > 0;
  const more = files.length - MOST_LINES;
  return html`<section aria-labelledby="failing-rows"><h2 id="failing-rows">Failing rows</h2>
${isForbidden ? html`<p>You may not download them: whoever runs Sluice allows it with <code>rows</code> in <code>console.access</code>.</p>` : null}
<ul>${files.slice(0, MOST_LINES).map((file) => fileLine(decision.id, file, mayRead))}${linesWithout(without, above)}</ul>
${more > 0 ? html`<p class="muted">and ${plural(more, 'check')} more</p>` : null}</section>`;
}

function fileLine(id: string, file: KeptRows, mayRead: boolean): Html {
  const words = `failing rows (Parquet, ${rowsWords(file)})`;
  const path = `/decisions/${id}/failing-rows/${file.number}.parquet`;
  return html`<li><code>${file.check}</code>: ${mayRead ? html`<a href="${path}" download>${words}</a>` : words}</li>`;
}

function linesWithout(without: readonly NoFailingRows[], above: ReportAbove): readonly Html[] {
  const aboutChanges = without.filter((one) => one.why === 'no-rows' && isAboutChanges(one, above.report));
  const others = without.filter((one) => !aboutChanges.includes(one));
  const reasons = [...new Set(others.map(({ why }) => why))];
  return [
    ...(aboutChanges.length === 0 ? [] : [changeLine(aboutChanges, above)]),
    ...reasons.map((why) => {
      const checks = others.filter((one) => one.why === why);
      return html`<li>${named(checks)}: no rows, because ${prose(NO_ROWS_WORDS[why])}</li>`;
    }),
  ];
}

/** The rows of such a rule came, changed or went: the diff above shows them where the contract lets it. */
function changeLine(checks: readonly NoFailingRows[], above: ReportAbove): Html {
  const tables = [...new Set(checks.map(({ table }) => table))];
  const links = tables.slice(0, MOST_NAMED).flatMap((table) => changeLinks(table, above));
  const place = links.length === 0 ? html`no such row is kept` : html`see ${join(links, ', ')}`;
  return html`<li>${named(checks)}: judged by what the change inserts, updates and deletes; ${place}</li>`;
}

function changeLinks(table: string, { report, markup }: ReportAbove): readonly Html[] {
  const section = report === null ? undefined : sectionIds(report).get(table);
  if (section === undefined) return [];
  const isThere = (id: string) => markup.includes(`id="${id}"`);
  const rows = CHANGE_ORDER.filter((change) => isThere(changedRowsId(section, change)));
  if (rows.length > 0) {
    return rows.map((change) => html`<a href="#${changedRowsId(section, change)}">rows ${change} in ${table}</a>`);
  }
  return isThere(changesId(section)) ? [html`<a href="#${changesId(section)}">what changed in ${table}</a>`] : [];
}

function isAboutChanges({ table, check }: NoFailingRows, report: Report | null): boolean {
  const known = report?.tables.find(({ name }) => name === table)?.checks.find(({ id }) => id === check);
  return known !== undefined && isKindAboutChanges(known.kind);
}

function named(checks: readonly NoFailingRows[]): Html {
  const codes = checks.slice(0, MOST_NAMED).map(({ check }) => html`<code>${check}</code>`);
  const more = checks.length - codes.length;
  return html`${join(codes, ', ')}${more > 0 ? ` and ${plural(more, 'check')} more` : null}`;
}
