import { structuredPatch } from 'diff';

/** One line of a change. Line numbers count from 1; null on the side that does not have the line. */
export interface RuleLine {
  readonly kind: '+' | '-' | ' ';
  readonly before: number | null;
  readonly after: number | null;
  /** Cut at two hundred characters. */
  readonly text: string;
}

/** A file that makes rules (an action file, a contract) and is not the same on both sides. */
export interface RuleChange {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** Changed lines with a little of what is around them; none for files that are no text, or too large. */
  readonly lines: readonly RuleLine[];
  /** Lines of the change that are not in `lines`. */
  readonly omitted: number;
}

/** Both sides of a file. Null: there is no file. `too-large`: there is one, and it was not read. */
export interface RuleFile {
  readonly path: string;
  readonly before: Uint8Array | 'too-large' | null;
  readonly after: Uint8Array | 'too-large' | null;
}

/** Files that a report names. */
export const MOST_RULE_FILES = 100;
const MOST_LINES_OF_FILE = 60;
const MOST_LINES = 400;
const MOST_CHARACTERS = 200;
/** More edits than people read; comparing further takes time that grows with their square. */
const MOST_EDITS = 2_000;
const CONTEXT = 2;

/** What changes, line by line, in the order of the files and bounded as a whole. Files with equal bytes are none. */
export function ruleChanges(files: readonly RuleFile[]): readonly RuleChange[] {
  let room = MOST_LINES;
  return files
    .filter(differs)
    .slice(0, MOST_RULE_FILES)
    .map((file) => {
      const all = linesOf(file);
      const lines = all.slice(0, Math.min(room, MOST_LINES_OF_FILE));
      room -= lines.length;
      return { path: file.path, change: kindOf(file), lines, omitted: all.length - lines.length };
    });
}

/** True when the file is not the same on both sides; what was not read is never taken for the same. */
export function differs({ before, after }: RuleFile): boolean {
  if (before === null || after === null) return before !== after;
  if (before === 'too-large' || after === 'too-large') return true;
  return before.length !== after.length || before.some((byte, index) => byte !== after[index]);
}

function kindOf({ before, after }: RuleFile): RuleChange['change'] {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

function linesOf({ before, after }: RuleFile): readonly RuleLine[] {
  const texts = [textOf(before), textOf(after)] as const;
  const [old, fresh] = texts;
  if (old === null || fresh === null) return [];
  const options = { context: CONTEXT, maxEditLength: MOST_EDITS };
  const patch = structuredPatch('', '', old, fresh, undefined, undefined, options);
  // Too different to compare: all of the old, then all of the new.
  if (patch === undefined) return [...wholeText(old, '-'), ...wholeText(fresh, '+')];
  return patch.hunks.flatMap(({ oldStart, newStart, lines }) => numbered(lines, oldStart, newStart));
}

function numbered(lines: readonly string[], oldStart: number, newStart: number): readonly RuleLine[] {
  const at = { before: oldStart, after: newStart };
  return lines.flatMap((line): readonly RuleLine[] => {
    const text = cut(line.slice(1));
    const { before, after } = at;
    // The remark about a missing line end (`\ No newline`) is no line.
    if (line.startsWith('\\')) return [];
    if (!line.startsWith('+')) at.before += 1;
    if (!line.startsWith('-')) at.after += 1;
    if (line.startsWith('+')) return [{ kind: '+', before: null, after, text }];
    if (line.startsWith('-')) return [{ kind: '-', before, after: null, text }];
    return [{ kind: ' ', before, after, text }];
  });
}

function wholeText(text: string, kind: '+' | '-'): readonly RuleLine[] {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line, index) => ({
    kind,
    before: kind === '-' ? index + 1 : null,
    after: kind === '+' ? index + 1 : null,
    text: cut(line),
  }));
}

/** Null when it cannot be shown as text. */
function textOf(bytes: RuleFile['before']): string | null {
  if (bytes === null) return '';
  if (bytes === 'too-large' || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function cut(line: string): string {
  const characters = [...line];
  return characters.length <= MOST_CHARACTERS ? line : `${characters.slice(0, MOST_CHARACTERS).join('')}…`;
}
