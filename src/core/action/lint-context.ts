import { nearestWord, suggestion } from '../contract/nearest-word.ts';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import { type ActionMap, type ActionNode, isNull, shapeOf } from './action-node.ts';

/** What a rule finds, without its place. */
export type Finding = Omit<Problem, 'file' | 'line' | 'column'>;

/** Whose file it is: in ours, what weakens the gate is an error; in others', what is merely unwise is a warning. */
export interface LintContext {
  readonly ours: boolean;
}

export function finding(at: SourceLocation, problem: Finding): Problem {
  return problemAt(at, problem);
}

/** The level of what lakeFS accepts and its author may have meant. */
export function styleLevel({ ours }: LintContext): 'error' | 'warning' {
  return ours ? 'error' : 'warning';
}

/**
 * The mapping that must stand here. lakeFS takes null for an empty one; a list or a text is "cannot unmarshal" (500 for
 * every commit, tried).
 */
export function readMap(
  node: ActionNode | undefined,
  what: string,
): { readonly map: ActionMap | null; readonly problems: readonly Problem[] } {
  if (node === undefined || isNull(node)) return { map: null, problems: [] };
  if (node.kind === 'map') return { map: node, problems: [] };
  return { map: null, problems: [wrongShape(node, `${what} must be a mapping`)] };
}

/** The items of the list that must stand here; null counts as none. */
export function readList(
  node: ActionNode | undefined,
  what: string,
): { readonly items: readonly ActionNode[]; readonly problems: readonly Problem[] } {
  if (node === undefined || isNull(node)) return { items: [], problems: [] };
  if (node.kind === 'list') return { items: node.items, problems: [] };
  return { items: [], problems: [wrongShape(node, `${what} must be a list`)] };
}

/** A text of the grammar itself, such as a name: a list or mapping there stops every commit (500, tried). */
export function shapeProblems(node: ActionNode | undefined, what: string): readonly Problem[] {
  if (node === undefined || node.kind === 'scalar') return [];
  return [wrongShape(node, `${what} must be a text`)];
}

function wrongShape(node: ActionNode, sentence: string): Problem {
  return finding(node.at, {
    code: 'action-shape',
    message: `${sentence} and is ${shapeOf(node)}; lakeFS refuses the file.`,
  });
}

/**
 * Keys that lakeFS ignores without a word (tried: `version`, `branchs`, `header`, a `timeout` beside `type`). One that
 * looks like a known key, or stands one level too high, was meant to be it, so something that was asked for does not happen: an error.
 */
export function unknownKeys(
  map: ActionMap,
  known: readonly string[],
  {
    where,
    strict,
    below = [],
  }: { readonly where: string; readonly strict: boolean; readonly below?: readonly string[] },
): readonly Problem[] {
  return map.entries
    .filter(({ key }) => !known.includes(key))
    .map(({ key, keyAt }) => {
      const misplaced = below.includes(key);
      const meant = misplaced ? null : nearestWord(key, known);
      return finding(keyAt, {
        code: 'action-key-unknown',
        ...(strict || misplaced || meant !== null ? {} : { level: 'warning' }),
        message: `lakeFS knows no \`${key}\` ${where} and ignores it without a word.`,
        hint: misplaced ? 'It belongs under `properties`.' : suggestion(key, known),
      });
    });
}
