import type { RuleChange, RuleLine } from '../../change/rule-changes.ts';
import { plural } from '../../check/words.ts';
import { type Html, html, NOTHING, trustedMarkup } from '../../html/html.ts';

const SIGNS: Readonly<Record<RuleLine['kind'], Html>> = {
  '+': trustedMarkup('+'),
  '-': trustedMarkup('−'),
  ' ': trustedMarkup(' '),
};

/** Which rules a change would change, line by line. */
export function ruleSection(changes: readonly RuleChange[]): Html {
  if (changes.length === 0) return NOTHING;
  return html`<section aria-labelledby="rules"><h2 id="rules">Changed rules</h2>
<p>Action files say when the gate is asked, contracts what it asks of the data.</p>
${changes.map(
  ({ path, change, lines, omitted }) =>
    html`<details open><summary><code>${path}</code> ${change}</summary><div>${lines.length === 0 ? html`<p class="muted">No lines to show.</p>` : html`<pre tabindex="0" aria-label="Changed lines of ${path}">${lines.map(ruleLine)}</pre>`}${omitted > 0 ? html`<p class="muted">${plural(omitted, 'more line')} left out.</p>` : null}</div></details>`,
)}</section>`;
}

function ruleLine({ kind, before, after, text }: RuleLine): Html {
  // The indent is part of what YAML means; the rest shows odd spaces as signs.
  const indent = /^ */.exec(text)?.[0] ?? '';
  const line = html`${spaces(4 - String(after ?? before ?? '').length)}${after ?? before} ${SIGNS[kind]}${spaces(indent.length + 1)}${text.slice(indent.length)}
`;
  if (kind === ' ') return line;
  return kind === '+' ? html`<ins>${line}</ins>` : html`<del>${line}</del>`;
}

function spaces(count: number): Html {
  return trustedMarkup(' '.repeat(Math.max(0, count)));
}
