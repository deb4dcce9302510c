import { displayWidth, padEnd, takeStart } from './display-width.ts';

/** What a piece of text means; how it looks is decided in {@link paint} alone. */
export type Style = 'good' | 'bad' | 'doubt' | 'caution' | 'faint' | 'strong';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/** One line of the report; no span holds a line break. */
export type Line = readonly Span[];

export const BLANK: Line = [];

const KEY_WIDTH = 10;

export function plain(text: string): Line {
  return [{ text }];
}

/**
 * A key with its text beside it, wrapped by words under itself:
 *
 *     expected  every customer_id in customers.id
 *               or none at all
 */
export function field(
  key: string,
  text: string,
  page: { readonly width: number; readonly indent: number },
): readonly Line[] {
  const { width, indent } = page;
  return wrap(text, width - indent - KEY_WIDTH).map((part, index) => [
    { text: ' '.repeat(indent) + padEnd(index === 0 ? key : '', KEY_WIDTH), style: 'faint' },
    { text: part },
  ]);
}

/** Text without a key, wrapped under itself. */
export function paragraph(text: string, indent: number, width: number): readonly Line[] {
  return wrap(text, width - indent).map((part) => plain(' '.repeat(indent) + part));
}

/** Breaks between words; a word wider than the line is broken where the line ends. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const token of text.match(/ *[^ ]+/g) ?? []) {
    if (line !== '' && displayWidth(line) + displayWidth(token) > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? token.trimStart() : token;
    while (displayWidth(line) > width) {
      const start = takeStart(line, width) || line.slice(0, 1);
      lines.push(start);
      line = line.slice(start.length);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** Segments side by side while they fit, the rest on lines below, indented. */
export function flow(
  segments: readonly Line[],
  page: { readonly width: number; readonly indent: number },
): readonly Line[] {
  const lines: Span[][] = [];
  for (const segment of segments) {
    const last = lines.at(-1);
    if (last === undefined) lines.push([...segment]);
    else if (lineWidth(last) + 3 + lineWidth(segment) <= page.width) last.push({ text: '   ' }, ...segment);
    else lines.push([{ text: ' '.repeat(page.indent) }, ...segment]);
  }
  return lines;
}

function lineWidth(line: Line): number {
  return line.reduce((width, span) => width + displayWidth(span.text), 0);
}

/** The only place that knows escape sequences. */
export function paint(lines: readonly Line[], color: boolean): string {
  const text = lines.map((line) =>
    line
      .map((span) => paintSpan(span, color))
      .join('')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

const SGR: Readonly<Record<Style, string>> = {
  good: '1;32',
  bad: '1;31',
  doubt: '1;35',
  caution: '1;33',
  faint: '2',
  strong: '1',
};

function paintSpan({ text, style }: Span, color: boolean): string {
  return color && style !== undefined ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
}
