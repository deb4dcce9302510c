import type { HookEventType } from '../event/hook-event.ts';
import { formatDuration } from './duration.ts';

/** Where lakeFS looks for action files; every object below it is read as one. */
export const ACTIONS_FOLDER = '_lakefs_actions/';
/** Where `sluice init` puts ours. */
export const OUR_ACTION_PATH = `${ACTIONS_FOLDER}sluice.yaml`;
/** The path of the hook port; an action whose webhook ends in it is one of ours. */
export const OUR_HOOK_PATH = '/hooks/lakefs';
/** The only beginning of environment variables that lakeFS fills in, unless its administrator chose another one. */
export const ENV_PREFIX = 'LAKEFSACTION_';
export const TOKEN_VARIABLE = `${ENV_PREFIX}SLUICE_TOKEN`;

/** What the action file says about one gate. */
export interface ActionSettings {
  /** Branch ids, or globs of them as lakeFS understands them; at least one. */
  readonly branches: readonly string[];
  /** The hook port as lakeFS reaches it, path included. */
  readonly hookUrl: string;
  /** How long lakeFS waits for an answer. */
  readonly timeoutMs: number;
  /** The environment variable of the lakeFS server that holds the token. */
  readonly tokenVariable: string;
  /** Default: all of {@link OUR_EVENTS}. An event that a server does not know stops its every commit. */
  readonly events?: readonly HookEventType[];
}

/** Every event that our action file asks for, in its order. */
export const OUR_EVENTS = [
  'pre-merge',
  'pre-commit',
  'pre-cherry-pick',
  'pre-revert',
  'pre-create-tag',
  'post-merge',
  'post-commit',
  'post-cherry-pick',
  'post-revert',
] as const satisfies readonly HookEventType[];

export type OurEvent = (typeof OUR_EVENTS)[number];

/** Versions of lakeFS that brought an event (minor of 1.x); older servers refuse every commit over its name. */
const SINCE_MINOR: Partial<Readonly<Record<OurEvent, number>>> = {
  'pre-revert': 52,
  'post-revert': 52,
  'pre-cherry-pick': 63,
  'post-cherry-pick': 63,
};

/** The events that a server of this version knows; all of them when the version cannot be read. */
export function eventsOfVersion(version: string): readonly OurEvent[] {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined || Number(major) > 1) return OUR_EVENTS;
  return OUR_EVENTS.filter((event) => Number(major) === 1 && Number(minor) >= (SINCE_MINOR[event] ?? 0));
}

/** When Sluice gives up by itself: before the timeout by ten seconds, or by a sixth of a short one. */
export function deadlineBelow(timeoutMs: number): number {
  return timeoutMs - Math.min(10_000, Math.ceil(timeoutMs / 6_000) * 1_000);
}

/**
 * The action file that makes lakeFS ask Sluice, with comments for whoever finds it in their repository. One file and
 * one list of hooks for all events: a second file would be a second thing that a branch can lack, and a long timeout
 * costs the quick events nothing, because tags are answered from the records and nobody waits for `post-` hooks.
 */
export function actionFile(settings: ActionSettings): string {
  return `${HEAD}\non:\n${eventLines(settings)}\n${hookLines(settings)}`;
}

const HEAD = `# Sluice as the gate of this lakeFS repository, made by \`sluice init\`. lakeFS reads this file from the SOURCE of a merge:
# a branch without it merges without any check, and one that has removed it removes it from the destination as well.
# Let branches grow from one that has it; \`sluice doctor\` lists those that do not.
#
# lakeFS is strict about this folder: any other file in _lakefs_actions/ that is no action, and any folder below it,
# stops every commit and merge of the repository. It is lax about the file itself: keys that it does not know are
# ignored. \`sluice action lint\` finds both.

# At least two characters: letters, digits, blanks, dots, dashes. Unique among the repository's action files.
name: Sluice
description: Validates what a branch would become against the data contracts, before it does
`;

const BRANCHES_COMMENT = `  # Branches that are gated: destinations of merges. \`*\` and \`?\` are understood; no list at all means every branch.`;

/** What stands above an event's line. */
const COMMENTS: Partial<Readonly<Record<HookEventType, string>>> = {
  'pre-merge': BRANCHES_COMMENT,
  'pre-commit': `  # The other ways onto a branch. A direct commit is read from the branch as it stands; imports fire pre-commit too,
  # and are refused unless Sluice is told otherwise. (Protect the branch in lakeFS against direct writes as well.)`,
  'pre-create-tag': `  # A release tag needs an approved decision for its commit. Tags have no branches: lakeFS refuses a list here.`,
  'post-merge': `  # Hints that something has landed. Nobody waits for the answer and it blocks nothing.`,
};

function eventLines({ branches, events = OUR_EVENTS }: ActionSettings): string {
  const list = branches.map(yamlWord).join(', ');
  const others = events.filter((event) => !(OUR_EVENTS as readonly HookEventType[]).includes(event));
  return [...OUR_EVENTS.filter((event) => events.includes(event)), ...others]
    .map((event) => {
      const comment = COMMENTS[event];
      const gap = comment === undefined || event === 'pre-merge' ? '' : '\n';
      const value = event.endsWith('-tag') ? '' : ` { branches: [${list}] }`;
      return `${gap}${comment === undefined ? '' : `${comment}\n`}  ${event}:${value}\n`;
    })
    .join('');
}

function hookLines({ hookUrl, timeoutMs, tokenVariable }: ActionSettings): string {
  return `hooks:
  - id: sluice
    type: webhook
    description: 200 goes through, anything else does not; the report is in this hook's output
    properties:
      # Sluice's hook port as the lakeFS server reaches it, with this path and no redirect on the way: lakeFS follows
      # redirects, and any page that then answers 200 would merge. No {{ ENV }} is possible here.
      url: ${yamlUrl(hookUrl)}

      # A text with a unit. A bare number is ignored without a word and means 1m. The merging client and every proxy
      # between it and lakeFS must wait longer than this.
      timeout: ${formatDuration(timeoutMs)}

      query_params:
        # When Sluice gives up by itself, with a report that says why. Keep it some seconds below the timeout, after
        # which lakeFS would only say that nobody answered. Never put a secret here: it is sent as part of the address.
        deadline: ${formatDuration(deadlineBelow(timeoutMs))}

      headers:
        # ${tokenVariable} is an environment variable of the lakeFS server and holds the same text as
        # Sluice's SLUICE_HOOK_TOKEN. The prefix ${ENV_PREFIX} is required: with another one lakeFS sends an empty
        # token, which Sluice refuses. lakeFS masks the value in its log.
        Authorization: "Bearer {{ ENV.${tokenVariable} }}"
`;
}

/** A branch or glob as YAML takes it for text: `*` begins an alias, and 2024 or `true` are no texts. */
function yamlWord(text: string): string {
  const plain = /^[A-Za-z][\w-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function yamlUrl(url: string): string {
  return /^https?:\/\/[\w.:/-]*[\w/]$/.test(url) ? url : JSON.stringify(url);
}
