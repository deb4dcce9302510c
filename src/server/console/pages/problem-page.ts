import { html } from '../../../core/html/html.ts';
import type { Refusal } from '../answer.ts';
import { consolePage } from './layout.ts';
import type { Viewer } from './session.ts';

export interface ProblemView extends Pick<Refusal, 'status' | 'problem'> {
  /** The id that the log has for this request. */
  readonly request: string;
  readonly viewer: Viewer | null;
}

/** What went wrong with a page, what to do, and by which words it is found again. */
export function problemPage({ status, problem, request, viewer }: ProblemView): string {
  const { title, tone, advice } = WORDS[status] ?? (status < 500 ? MALFORMED : BROKEN);
  return consolePage({
    title,
    place: null,
    viewer,
    body: html`<div class="verdict ${tone}"><h1>${title}</h1><p>${problem.message}</p></div>
<p class="lead">${problem.hint ?? ''} ${advice}</p>
<dl class="facts"><dt>status</dt><dd>${status}</dd><dt>code</dt><dd><code>${problem.code}</code></dd><dt>request</dt><dd><code>${request}</code></dd></dl>
<p class="muted small">Merges do not depend on this page: the gate answers lakeFS on a port of its own.</p>
${viewer === null ? null : html`<p><a href="/">To the overview</a> · <a href="/health">Health of this server</a></p>`}`,
  });
}

interface Words {
  readonly title: string;
  readonly tone: 'bad' | 'caution';
  readonly advice: string;
}

const MALFORMED: Words = {
  title: 'This cannot be answered',
  tone: 'caution',
  advice: 'Go back, and try it from the page that led here.',
};

const BROKEN: Words = {
  title: 'This page cannot be shown',
  tone: 'bad',
  advice:
    'Load it again in a moment. If it stays so, tell whoever runs Sluice the request below: the log of the server says under it what happened.',
};

const WORDS: Readonly<Record<number, Words>> = {
  403: {
    title: 'Not allowed',
    tone: 'caution',
    advice: 'Whoever runs Sluice decides what your login opens (console.access).',
  },
  404: { title: 'Not found', tone: 'caution', advice: 'What was here may have been removed since.' },
  502: {
    title: 'lakeFS does not answer as it should',
    tone: 'bad',
    advice: 'The page needs lakeFS. Load it again in a moment; the page about health says how lakeFS is doing.',
  },
};
