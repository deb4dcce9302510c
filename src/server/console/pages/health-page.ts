import { count, plural } from '../../../core/check/words.ts';
import { type Html, html } from '../../../core/html/html.ts';
import { byteWords, engineWords } from '../../../core/report/text/numbers.ts';
import type { RecordsExtent } from '../../../gate/table-records.ts';
import type { ProbeResult } from '../health/readiness.ts';
import { agoOf } from './decision-words.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

/** One file or folder of the state directory. */
export interface StatePart {
  readonly name: string;
  readonly bytes: number;
}

export interface HealthView {
  readonly viewer: Viewer;
  readonly phase: string;
  readonly probes: readonly ProbeResult[];
  readonly engine: { readonly sluice: string; readonly duckdb: string };
  readonly extent: RecordsExtent;
  /** Largest first. */
  readonly parts: readonly StatePart[];
  readonly now: number;
}

/** Whether merges can be judged right now, and how the records grow. */
export function healthPage(view: HealthView): string {
  const { viewer, phase, probes, engine } = view;
  const well = phase === 'serving' && probes.every(({ ok }) => ok);
  return consolePage({
    title: well ? 'Health: ready' : 'Health: not ready',
    place: '/health',
    viewer,
    body: html`<div class="verdict ${well ? 'good' : 'bad'}"><h1>${well ? 'Ready' : 'Not ready'}</h1><p>${well ? 'Merges are being judged.' : 'Merges are blocked until this is mended.'}</p></div>
<div class="scroll" tabindex="0" role="group" aria-label="Probes"><table><thead><tr><th scope="col">state</th><th scope="col">part</th><th scope="col">detail</th><th scope="col" class="num">took</th></tr></thead>
<tbody>${probes.map(({ name, ok, detail, durationMs }) => html`<tr><td><span class="badge ${ok ? 'good' : 'bad'}">${ok ? 'ok' : 'failed'}</span></td><th scope="row">${name}</th><td>${detail}</td><td class="num">${durationMs} ms</td></tr>`)}</tbody></table></div>
${records(view)}
<section aria-labelledby="versions"><h2 id="versions">Versions</h2><dl class="facts"><dt>Sluice</dt><dd>${engine.sluice}</dd><dt>engine</dt><dd>${engineWords(engine.duckdb)}</dd><dt>phase</dt><dd>${phase}</dd></dl>
<p class="muted small">For monitors: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>. For scripts: <a href="/openapi.json">/openapi.json</a>.</p></section>`,
  });
}

/** The parts that a state directory usually has, each of the files and folders whose names begin so. */
const PARTS: readonly (readonly [name: string, words: string])[] = [
  ['decisions.db', 'every decision with its report; worth a backup, and never made smaller'],
  ['cache', 'objects read before, up to SLUICE_CACHE_SIZE; made anew when it is lost'],
  ['failing-rows', 'rows that failed a check, for download, as long as the settings say'],
  ['runs', 'working space of what is under way'],
];
/** Before that an average says nothing. */
const ENOUGH = 100;

function records({ extent: { decisions, oldest, unread }, parts, now }: HealthView): Html {
  const sizes = PARTS.map(([name, words]) => ({ name, words, bytes: sizeOf(parts, name) }));
  const rest = parts.reduce((sum, { bytes }) => sum + bytes, 0) - sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const known = [...sizes, ...(rest > 0 ? [{ name: 'other files', words: '', bytes: rest }] : [])];
  const each = decisions < ENOUGH ? '' : `, ${byteWords(Math.round(sizeOf(parts, 'decisions.db') / decisions))} each`;
  return html`<section aria-labelledby="records"><h2 id="records">Records</h2>
<p>${plural(decisions, 'decision')}${each}${oldest === null ? null : html`, the oldest received ${agoOf(oldest, now)}`}. ${unread === 0 ? null : html`${count(unread)} of an older version are still being taken over.`}</p>
<div class="scroll" tabindex="0" role="group" aria-label="State directory"><table><caption>State directory</caption><thead><tr><th scope="col">part</th><th scope="col" class="num">size</th><th scope="col">what it is</th></tr></thead>
<tbody>${known.map(({ name, words, bytes }) => html`<tr><th scope="row"><code>${name}</code></th><td class="num">${byteWords(bytes)}</td><td class="muted">${words}</td></tr>`)}</tbody></table></div></section>`;
}

function sizeOf(parts: readonly StatePart[], name: string): number {
  return parts.filter((part) => part.name.startsWith(name)).reduce((sum, { bytes }) => sum + bytes, 0);
}
