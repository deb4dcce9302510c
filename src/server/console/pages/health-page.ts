import { html } from '../../../core/html/html.ts';
import type { ProbeResult } from '../health/readiness.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

export interface HealthView {
  readonly viewer: Viewer;
  readonly phase: string;
  readonly probes: readonly ProbeResult[];
  readonly engine: { readonly sluice: string; readonly duckdb: string };
}

/** Whether merges can be judged right now. */
export function healthPage({ viewer, phase, probes, engine }: HealthView): string {
  const well = phase === 'serving' && probes.every(({ ok }) => ok);
  return consolePage({
    title: 'Health',
    place: '/health',
    viewer,
    body: html`<h1>Health</h1>
<p><span class="badge ${well ? 'good' : 'bad'}">${well ? 'ready' : 'not ready'}</span> ${well ? 'Merges are being judged.' : 'Merges are blocked until this is mended.'}</p>
<div class="scroll" tabindex="0" role="group" aria-label="Probes"><table><thead><tr><th scope="col">part</th><th scope="col">state</th><th scope="col">detail</th><th scope="col" class="num">took</th></tr></thead>
<tbody>${probes.map(({ name, ok, detail, durationMs }) => html`<tr><th scope="row">${name}</th><td><span class="badge ${ok ? 'good' : 'bad'}">${ok ? 'ok' : 'failed'}</span></td><td>${detail}</td><td class="num">${durationMs} ms</td></tr>`)}</tbody></table></div>
<dl class="facts"><dt>phase</dt><dd>${phase}</dd><dt>Sluice</dt><dd>${engine.sluice}</dd><dt>engine</dt><dd>${engine.duckdb}</dd></dl>
<p class="muted small">For monitors: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>. For scripts: <a href="/openapi.json">/openapi.json</a>.</p>`,
  });
}
