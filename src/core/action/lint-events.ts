import { suggestion } from '../contract/nearest-word.ts';
import { HOOK_EVENTS } from '../event/hook-event.ts';
import type { Problem } from '../problem.ts';
import { type ActionEntry, type ActionNode, entryOf, isNull } from './action-node.ts';
import { faultInGlob } from './branch-glob.ts';
import { finding, type LintContext, readList, readMap, unknownKeys } from './lint-context.ts';

/** Judges `on`: the events and, for each, the branches. */
export function lintEvents(root: ActionNode, context: LintContext): readonly Problem[] {
  const entry = entryOf(root, 'on');
  const { map, problems } = readMap(entry?.value, '`on`');
  if (problems.length > 0) return problems;
  if (map === null || map.entries.length === 0) return [noEvent(entry, root)];
  const known = map.entries.flatMap((event) => lintEvent(event, context));
  const asked = map.entries.some(({ key }) => key === 'pre-merge');
  if (!context.ours || asked) return known;
  return [
    ...known,
    finding(entry?.keyAt ?? root.at, {
      code: 'action-event-missing',
      message: 'Sluice is not asked before merges: `on` has no pre-merge.',
      hint: 'Add `pre-merge: { branches: [main] }`, or let `sluice init` write the file.',
    }),
  ];
}

/** 500 for every commit: "'on' is required" (tried with no `on`, an empty one, and `true:` in its place). */
function noEvent(entry: ActionEntry | undefined, root: ActionNode): Problem {
  return finding(entry?.keyAt ?? root.at, {
    code: 'action-event-missing',
    message: 'The action names no event under `on`; lakeFS refuses the file.',
    hint: 'For example `on: { pre-merge: { branches: [main] } }`.',
  });
}

function lintEvent({ key, keyAt, value }: ActionEntry, context: LintContext): readonly Problem[] {
  const { map, problems } = readMap(value, `\`${key}\``);
  const unknown = (HOOK_EVENTS as readonly string[]).includes(key) ? [] : [unknownEvent(key, keyAt)];
  if (map === null) return [...unknown, ...problems];
  const branches = entryOf(map, 'branches');
  const list = readList(branches?.value, '`branches`');
  return [
    ...unknown,
    ...unknownKeys(map, ['branches'], { where: 'for an event', strict: true }),
    ...list.problems,
    ...(branches !== undefined && key.endsWith('-tag') && list.items.length > 0 ? [tagBranches(branches)] : []),
    ...list.items.flatMap((branch) => lintBranch(branch)),
    ...(branches !== undefined && list.problems.length === 0 && list.items.length === 0
      ? [everyBranch(branches, context)]
      : []),
  ];
}

/** 500 for every commit, whatever it changes: "event 'pre-marge' is not supported" (tried). Case counts. */
function unknownEvent(event: string, at: ActionEntry['keyAt']): Problem {
  return finding(at, {
    code: 'action-event-unknown',
    message: `lakeFS knows no event \`${event}\`, and refuses every commit and merge over it.`,
    hint: suggestion(event, HOOK_EVENTS),
  });
}

/** 500 for every commit (tried); an empty list passes. */
function tagBranches({ keyAt }: ActionEntry): Problem {
  return finding(keyAt, {
    code: 'action-event-branches',
    message: 'Events of tags have no branches; lakeFS refuses the file.',
    hint: 'Remove `branches` here.',
  });
}

/** An empty list means every branch, like none at all (tried). */
function everyBranch({ keyAt, key }: ActionEntry, context: LintContext): Problem {
  return finding(keyAt, {
    code: 'action-branches-empty',
    level: context.ours ? 'error' : 'warning',
    message: `\`${key}\` is empty, which means every branch.`,
    hint: 'Name the branches, or remove the key to say that all are meant.',
  });
}

function lintBranch(node: ActionNode): readonly Problem[] {
  // Tried: an item that is null is dropped, and a list of nothing else means every branch.
  if (isNull(node)) {
    const message = 'An empty item is dropped; a list of nothing else means every branch.';
    return [finding(node.at, { code: 'action-branches-empty', message, hint: 'Remove the item, or name a branch.' })];
  }
  if (node.kind !== 'scalar') {
    const message = 'A branch must be a text; lakeFS refuses the file.';
    return [finding(node.at, { code: 'action-shape', message, hint: 'Write `branches: [main, "release-*"]`.' })];
  }
  const fault = faultInGlob(node.text);
  return fault === null ? [] : [finding(node.at, fault)];
}
