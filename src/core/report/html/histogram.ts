import { count } from '../../check/words.ts';
import type { ColumnProfile, Histogram } from '../../diff/table-diff.ts';
import { type Html, html } from '../../html/html.ts';

const WIDTH = 480;
const HEIGHT = 110;
const FLOOR = HEIGHT - 18;

/** Both sides over the same edges: before as an area, after as a line; the numbers stand in a table below. */
export function histogramFigure({ name, histogram }: ColumnProfile): Html | null {
  if (histogram === null || histogram.edges.length < 2) return null;
  const { base, merge, edges } = histogram;
  const label = edgeWords(histogram);
  const top = Math.max(1, ...base, ...merge);
  const step = WIDTH / base.length;
  const height = (rows: number) => FLOOR - (rows / top) * (FLOOR - 6);
  const bars = base.map((rows, index) => {
    const y = height(rows);
    return html`<rect x="${(index * step + 0.5).toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(step - 1, 0.5).toFixed(1)}" height="${(FLOOR - y).toFixed(1)}"/>`;
  });
  const outline = merge
    .map(
      (rows, index) =>
        `${(index * step).toFixed(1)},${height(rows).toFixed(1)} ${((index + 1) * step).toFixed(1)},${height(rows).toFixed(1)}`,
    )
    .join(' ');
  return html`<figure class="histogram"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}: distribution before and after; the numbers are in the table below">
<g class="was">${bars}</g><polyline class="now" points="${`0,${FLOOR} ${outline} ${WIDTH},${FLOOR}`}"/>
<line class="axis" x1="0" x2="${WIDTH}" y1="${FLOOR}" y2="${FLOOR}"/>
<text x="0" y="${HEIGHT - 4}">${label(edges[0] ?? 0)}</text><text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${label(edges.at(-1) ?? 0)}</text></svg>
<figcaption class="small muted"><span class="key was-key"></span>before <span class="key now-key"></span>after</figcaption>
${numbers(histogram, label)}</figure>`;
}

function numbers({ edges, base, merge }: Histogram, label: (edge: number) => string): Html {
  const rows = base.map((before, index) => ({
    from: label(edges[index] ?? 0),
    to: label(edges[index + 1] ?? 0),
    before,
    after: merge[index] ?? 0,
  }));
  return html`<details><summary>Numbers</summary><div><table><thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col" class="num">before</th><th scope="col" class="num">after</th></tr></thead>
<tbody>${rows.map(({ from, to, before, after }) => html`<tr><th scope="row">${from}</th><td>${to}</td><td class="num">${count(before)}</td><td class="num">${count(after)}</td></tr>`)}</tbody></table></div></details>`;
}

/** Edges are numbers, or moments; both as short as they can be told apart. */
function edgeWords({ edges, unit }: Histogram): (edge: number) => string {
  if (unit === 'number') return (edge) => Number(edge.toPrecision(6)).toString();
  const span = (edges.at(-1) ?? 0) - (edges[0] ?? 0);
  const length = span > edges.length * 86_400_000 ? 10 : 19;
  return (edge) =>
    Math.abs(edge) > 8.64e15 ? String(edge) : new Date(edge).toISOString().slice(0, length).replace('T', ' ');
}
