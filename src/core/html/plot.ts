import { type Html, html } from './html.ts';

/** One measurement; null leaves a gap. */
export interface PlotPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number | null;
}

export interface LinePlot {
  /** What is plotted, in words: `rows`. */
  readonly name: string;
  readonly points: readonly PlotPoint[];
  readonly format: (value: number) => string;
  /** The axis ends here; without, it ends where the data does. */
  readonly max?: number;
}

// Near the width that it is shown at, so that its words are as large as those around it.
const WIDTH = 400;
const HEIGHT = 170;
const LEFT = 60;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;
/** Beyond so many points they are drawn small. */
const CROWDED = 40;

/**
 * A line over time as inline SVG in the page's own colours. The axis starts at zero, so that a small change looks
 * small. The same numbers stand in a table below it, for whoever does not see the picture.
 */
export function linePlot({ name, points, format, max }: LinePlot): Html {
  const known = points.filter((point): point is { at: number; value: number } => point.value !== null);
  if (known.length === 0) return html`<p class="muted">${name}: nothing measured yet.</p>`;
  const times = points.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const marks = niceMarks(max ?? Math.max(...known.map(({ value }) => value)));
  const top = marks.at(-1) ?? 1;
  const x = (at: number) =>
    last === first ? (LEFT + WIDTH - RIGHT) / 2 : LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const newest = known.at(-1);
  const label = `${name} over time: ${known.length} points, newest ${newest === undefined ? '' : format(newest.value)}; the numbers are in the table below`;
  return html`<figure class="plot"><figcaption>${name}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${marks.map((mark) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(mark))}" y2="${fixed(y(mark))}"/><text x="${LEFT - 8}" y="${fixed(y(mark) + 3)}" text-anchor="end">${format(mark)}</text>`)}
${segments(points).map((segment) => html`<polyline class="line" points="${segment.map(({ at, value }) => `${fixed(x(at))},${fixed(y(value))}`).join(' ')}"/>`)}
${known.map(({ at, value }) => html`<circle class="point" cx="${fixed(x(at))}" cy="${fixed(y(value))}" r="${known.length > CROWDED ? 1.5 : 3}"><title>${moment(at)}: ${format(value)}</title></circle>`)}
<text x="${LEFT}" y="${HEIGHT - 6}">${moment(first)}</text><text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${last === first ? '' : moment(last)}</text></svg>
<details><summary>Numbers</summary><div><table><thead><tr><th scope="col">time</th><th scope="col" class="num">${name}</th></tr></thead>
<tbody>${points.map(({ at, value }) => html`<tr><th scope="row">${moment(at)}</th><td class="num">${value === null ? '–' : format(value)}</td></tr>`)}</tbody></table></div></details></figure>`;
}

export interface StackedBars {
  readonly name: string;
  /** Names and style classes (`fill-good`) of the layers, from the bottom up. */
  readonly layers: readonly { readonly name: string; readonly style: string }[];
  /** One bar each; `values` in the order of the layers. */
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
}

/** Counts in classes, a bar for each period, the numbers in a table below. */
export function stackedBars({ name, layers, bars }: StackedBars): Html {
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const marks = niceMarks(Math.max(1, ...totals), 3);
  const top = marks.at(-1) ?? 1;
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, bars.length);
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const floor = HEIGHT - BOTTOM;
  return html`<figure class="plot"><figcaption>${name}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}; the numbers are in the table below">
${marks.map((mark) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(floor - mark * scale)}" y2="${fixed(floor - mark * scale)}"/><text x="${LEFT - 8}" y="${fixed(floor - mark * scale + 3)}" text-anchor="end">${mark}</text>`)}
${bars.map(({ label, values }, index) => html`<g>${values.map((value, layer) => bar(value, layer, index))}<title>${label}: ${values.map((value, layer) => `${value} ${layers[layer]?.name ?? ''}`).join(', ')}</title></g>`)}
<text x="${LEFT}" y="${HEIGHT - 6}">${bars[0]?.label ?? ''}</text><text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${bars.at(-1)?.label ?? ''}</text></svg>
<ul class="legend">${layers.map((layer) => html`<li><span class="key ${layer.style}" aria-hidden="true"></span>${layer.name}</li>`)}</ul>
<details><summary>Numbers</summary><div><table><thead><tr><th scope="col">period</th>${layers.map((layer) => html`<th scope="col" class="num">${layer.name}</th>`)}</tr></thead>
<tbody>${bars.map(({ label, values }) => html`<tr><th scope="row">${label}</th>${values.map((value) => html`<td class="num">${value}</td>`)}</tr>`)}</tbody></table></div></details></figure>`;

  function bar(value: number, layer: number, index: number): Html | null {
    if (value === 0) return null;
    const below = (bars[index]?.values ?? []).slice(0, layer).reduce((sum, one) => sum + one, 0);
    const style = layers[layer]?.style ?? '';
    return html`<rect class="${style}" x="${fixed(LEFT + index * step + step * 0.1)}" y="${fixed(floor - (below + value) * scale)}" width="${fixed(step * 0.8)}" height="${fixed(value * scale)}"/>`;
  }
}

/** `2026-08-22 10:00`, UTC. */
export function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** Round numbers from 0 to the first one at or above the value: 1, 2 or 5 times a power of ten apart. */
function niceMarks(value: number, most = 5): readonly number[] {
  if (value <= 0) return [0, 1];
  const rough = value / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.ceil(value / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
}

/** Runs of known values; a gap in the data is a gap in the line. */
function segments(points: readonly PlotPoint[]): readonly (readonly { at: number; value: number }[])[] {
  const runs: { at: number; value: number }[][] = [[]];
  for (const { at, value } of points) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ at, value });
  }
  return runs.filter((run) => run.length > 0);
}

function fixed(coordinate: number): string {
  return coordinate.toFixed(1);
}
