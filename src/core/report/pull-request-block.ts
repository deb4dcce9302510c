import type { Report } from './report.ts';
import { toMarkdown } from './to-markdown.ts';

/**
 * Around our part of a pull request's description. Link definitions, because lakeFS shows descriptions with a plain
 * CommonMark renderer: it prints comments as text, and prints nothing for a definition.
 */
const BEGIN = '[sluice-report-begin]: # (written by Sluice, and replaced by its next decision)';
const END = '[sluice-report-end]: # (what is written outside of these two lines is kept)';
const MARKER = /^[ \t]{0,3}\[sluice-report-(begin|end)\]:.*$/gm;

/** From most to least detail: tables and findings shown. */
const LADDER = [20, 5, 1, 0];

export interface BlockOptions {
  readonly reportUrl: string | null;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  /** UTF-8; from 8 KiB on it always suffices. */
  readonly maxBytes: number;
}

/** The report as a part of a pull request's description, markers included. No line that comes from data is a marker. */
export function pullRequestBlock(report: Report, { reportUrl, decidedAt, maxBytes }: BlockOptions): string {
  const link = reportUrl === null ? {} : { reportUrl };
  const time = decidedAt.replace('T', ' ').replace(/:\d\d\.\d+Z$/, ' UTC');
  const closing = `_Sluice wrote this at ${time}; its next decision replaces it._`;
  const blocks = LADDER.map((most) => () => {
    const body = toMarkdown(report, { ...link, dialect: 'plain', most }).trimEnd();
    return [BEGIN, body, closing, END].join('\n\n');
  });
  for (const block of blocks) {
    const text = block();
    if (byteLength(text) <= maxBytes) return text;
  }
  return [BEGIN, closing, END].join('\n\n');
}

/**
 * The description with our block in it: where the last one stood, else at the end. Everything else stays byte for byte,
 * except for further whole blocks, which can only be copies of old ones.
 */
export function withBlock(description: string, block: string): string {
  const [first, ...copies] = blocksIn(description);
  if (first === undefined) return join(description, block);
  let rest = '';
  let from = first.end;
  for (const { start, end } of copies) {
    rest += description.slice(from, start);
    from = end;
  }
  return join(description.slice(0, first.start), block) + rest + description.slice(from);
}

/** A definition begins a paragraph of its own, or it is text. */
function join(before: string, block: string): string {
  if (before === '' || /\n[ \t]*\r?\n$/.test(before)) return before + block;
  return `${before}${before.endsWith('\n') ? '\n' : '\n\n'}${block}`;
}

/** From a begin to the next end; a begin or an end alone is someone's text. */
function blocksIn(description: string): readonly { readonly start: number; readonly end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  let start: number | null = null;
  for (const match of description.matchAll(MARKER)) {
    if (match[1] === 'begin') {
      start = match.index;
    } else if (start !== null) {
      blocks.push({ start, end: match.index + match[0].length });
      start = null;
    }
  }
  return blocks;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
