import type { RuleChange, RuleLine } from '../../change/rule-changes.ts';
import { plural } from '../../check/words.ts';
import { escapeText } from '../escape-text.ts';
import type { Detail } from './detail.ts';
import { cutEnd, cutMiddle, padStart } from './display-width.ts';
import { BLANK, type Line, type Span } from './line.ts';
import { bar } from './table-section.ts';

const FILES_SHOWN = 20;
const NUMBER_WIDTH = 4;

/** The action files and contracts that the change touches, with their lines. Escapes what it shows. */
export function ruleSection(changes: readonly RuleChange[], { ruleLines }: Detail, width: number): readonly Line[] {
  if (changes.length === 0) return [];
  const more = changes.length - FILES_SHOWN;
  let room = ruleLines;
  const files = changes.slice(0, FILES_SHOWN).flatMap((change) => {
    const lines = change.lines.slice(0, room);
    room -= lines.length;
    return [BLANK, ...fileBlock(change, lines, width)];
  });
  return [
    bar('rules changed', '', width),
    ...files,
    ...(more > 0 ? [BLANK, faint(`  … ${plural(more, 'more file')}`)] : []),
    BLANK,
  ];
}

function fileBlock(change: RuleChange, shown: readonly RuleLine[], width: number): readonly Line[] {
  const left = change.omitted + change.lines.length - shown.length;
  const head: Line = [
    { text: `  ${cutMiddle(escapeText(change.path), width - 12)}`, style: 'strong' },
    { text: ` ${change.change}` },
  ];
  return [
    head,
    ...shown.flatMap((line, index) => [...gap(shown[index - 1], line), codeLine(line, width)]),
    ...(left > 0 ? [faint(`    … ${plural(left, 'more line')}`)] : []),
  ];
}

/** Marks where lines that did not change are left out: between two of those that are shown around changes. */
function gap(previous: RuleLine | undefined, line: RuleLine): readonly Line[] {
  if (previous?.kind !== ' ' || line.kind !== ' ') return [];
  return line.before === (previous.before ?? 0) + 1 ? [] : [faint('    …')];
}

function codeLine({ kind, before, after, text }: RuleLine, width: number): Line {
  const number = padStart(String((kind === '-' ? before : after) ?? ''), NUMBER_WIDTH);
  const style = STYLES[kind];
  return [
    { text: `    ${number} `, style: 'faint' },
    { text: cutEnd(`${kind} ${escapeIndented(text)}`, width - NUMBER_WIDTH - 5), ...(style && { style }) },
  ];
}

const STYLES: Readonly<Record<RuleLine['kind'], Span['style']>> = { '+': 'good', '-': 'bad', ' ': undefined };

/** YAML means its indentation, so it stays as it is. */
function escapeIndented(text: string): string {
  const indentation = /^ */.exec(text)?.[0] ?? '';
  return indentation + escapeText(text.slice(indentation.length));
}

function faint(text: string): Line {
  return [{ text, style: 'faint' }];
}
