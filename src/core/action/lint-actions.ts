import type { Problem, SourceLocation } from '../problem.ts';
import { ACTIONS_FOLDER, OUR_HOOK_PATH } from './action-file.ts';
import { type ActionNode, entryOf, fieldText } from './action-node.ts';
import {
  finding,
  type LintContext,
  readList,
  readMap,
  shapeProblems,
  styleLevel,
  unknownKeys,
} from './lint-context.ts';
import { lintEvents } from './lint-events.ts';
import { hasNoHook, lintHooks } from './lint-hook.ts';
import { readActionYaml } from './read-action-yaml.ts';

/** A file below `_lakefs_actions/`, or one that is meant to go there. */
export interface ActionText {
  /** As problems shall name it; what follows `_lakefs_actions/` tells sub-folders. */
  readonly path: string;
  /** The path below the folder, where `path` does not name the folder. */
  readonly below?: string;
  /** Decoded as UTF-8 with U+FFFD for what is none. Not looked at in a sub-folder. */
  readonly text: string;
}

const TOP_KEYS = ['name', 'description', 'on', 'hooks'];
/** lakeFS's own grammar. */
const ACTION_NAME = /^\w[\w\-. ]+$/;

/**
 * Judges the whole of `_lakefs_actions/`, as lakeFS does before every commit and merge: one bad file stops them all.
 * Stricter than `lakectl actions validate`, which sees neither the folder nor what fails only when a hook's turn comes.
 * Errors are what lakeFS refuses or silently takes for something else than was written; in files that call Sluice also
 * what weakens the gate. All problems at once, in the order of files and lines.
 */
export function lintActions(files: readonly ActionText[]): readonly Problem[] {
  const linted = files.map((file) => (isInSubfolder(file) ? subfolder(file) : lintFile(file)));
  return linted.flatMap(({ problems }, index) =>
    [...problems, ...repeatedName(linted, index)].toSorted(
      (left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0),
    ),
  );
}

/** True when the text calls Sluice's hook, whatever else is wrong with it. */
export function callsSluice(text: string): boolean {
  const { root } = readActionYaml('', text);
  return root !== null && hookUrls(root).some((url) => url.includes(OUR_HOOK_PATH));
}

interface LintedFile {
  readonly folder: string;
  readonly name: { readonly text: string; readonly at: SourceLocation } | null;
  readonly problems: readonly Problem[];
}

function isInSubfolder({ path, below }: ActionText): boolean {
  const start = path.lastIndexOf(ACTIONS_FOLDER);
  // An object that is called like the folder itself is a file to lakeFS, an empty one mostly (tried: 500).
  return (below ?? (start < 0 ? '' : path.slice(start + ACTIONS_FOLDER.length))).includes('/');
}

/** 404 for every commit, "get action file metadata _lakefs_actions/sub/: not found" (recording 20b). */
function subfolder({ path }: ActionText): LintedFile {
  const problem = finding(
    { file: path, line: 1, column: 1 },
    {
      code: 'action-stray-folder',
      message: 'There is a folder below _lakefs_actions/, over which lakeFS refuses every commit and merge.',
      hint: 'Move the file up, or out of _lakefs_actions/.',
    },
  );
  return { folder: '', name: null, problems: [problem] };
}

function lintFile({ path, text }: ActionText): LintedFile {
  const { root, problems } = readActionYaml(path, text);
  const isYaml = /\.ya?ml$/i.test(path);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const at = { file: path, line: 1, column: 1 };
  if (root === null || (root.kind !== 'map' && !isYaml)) {
    return { folder, name: null, problems: isYaml ? problems : [strayFile(at, 'error')] };
  }
  const context: LintContext = { ours: /(?:^|\/)sluice\.ya?ml$/.test(path) || hookUrls(root).some(isOurs) };
  const name = entryOf(root, 'name')?.value;
  const named = fieldText(name);
  return {
    folder,
    name: name === undefined || named === undefined || named === '' ? null : { text: named, at: name.at },
    problems: [...problems, ...lintAction(root, context), ...(isYaml ? [] : [strayFile(at, 'warning')])],
  };
}

function isOurs(url: string): boolean {
  return url.includes(OUR_HOOK_PATH);
}

function hookUrls(root: ActionNode): readonly string[] {
  const hooks = entryOf(root, 'hooks')?.value;
  const items = hooks?.kind === 'list' ? hooks.items : [];
  return items.map((hook) => fieldText(entryOf(entryOf(hook, 'properties')?.value, 'url')?.value) ?? '');
}

/** lakeFS reads every file of the folder, whatever its name: a text is 500 for every commit, an action works (tried). */
function strayFile(at: SourceLocation, level: 'error' | 'warning'): Problem {
  const isAction = level === 'warning';
  return finding(at, {
    code: 'action-stray-file',
    level,
    message: isAction
      ? 'The name does not end in .yaml, yet lakeFS reads the file as an action.'
      : 'This is no action; lakeFS reads every file of this folder as one and refuses every commit and merge over it.',
    hint: isAction ? 'Rename it, or delete it when it is a copy.' : 'Move it out of _lakefs_actions/.',
  });
}

function lintAction(root: ActionNode, context: LintContext): readonly Problem[] {
  const { map, problems } = readMap(root, 'An action');
  if (map === null) return problems;
  const hooks = entryOf(map, 'hooks');
  const list = readList(hooks?.value, '`hooks`');
  const isEmpty = list.problems.length === 0 && hasNoHook(list.items);
  return [
    ...unknownKeys(map, TOP_KEYS, { where: 'at the top', strict: false }),
    ...lintName(map),
    ...shapeProblems(entryOf(map, 'description')?.value, '`description`'),
    ...lintEvents(map, context),
    ...list.problems,
    ...lintHooks(list.items, context),
    ...(isEmpty ? [noHooks(hooks?.keyAt ?? map.at, context)] : []),
  ];
}

/** 500 for every commit: "'name' is required", "'name' is invalid" for one letter, a slash, an umlaut (tried). */
function lintName(root: ActionNode): readonly Problem[] {
  const name = entryOf(root, 'name')?.value;
  const text = fieldText(name);
  if (text === undefined) return shapeProblems(name, '`name`');
  if (ACTION_NAME.test(text)) return [];
  const missing = text === '';
  return [
    finding(name?.at ?? root.at, {
      code: missing ? 'action-name-missing' : 'action-name-invalid',
      message: missing
        ? 'The action has no `name`; lakeFS refuses the file, and every commit and merge with it.'
        : `\`${text}\` is no name of an action; lakeFS refuses the file, and every commit and merge with it.`,
      hint: 'At least two characters: letters a to z, digits, underscores, and after the first also blanks, dots, dashes.',
    }),
  ];
}

/** Merged with 200 and asked nobody (tried). */
function noHooks(at: SourceLocation, context: LintContext): Problem {
  return finding(at, {
    code: 'action-hooks-none',
    level: styleLevel(context),
    message: 'The action has no hook: it asks nobody and blocks nothing.',
    hint: 'Add a hook, or delete the file.',
  });
}

/** 500 for every commit: "action name ... already loaded" (tried). */
function repeatedName(files: readonly LintedFile[], index: number): readonly Problem[] {
  const own = files[index];
  if (own === undefined || own.name === null) return [];
  const { text, at } = own.name;
  const first = files.slice(0, index).find(({ folder, name }) => folder === own.folder && name?.text === text);
  if (first === undefined) return [];
  const message = `\`${first.name?.at.file}\` has the name \`${text}\` too; lakeFS refuses every commit and merge over it.`;
  return [finding(at, { code: 'action-name-repeated', message, hint: 'Give one of them another name.' })];
}
