import { OUR_HOOK_PATH } from '../../core/action/action-file.ts';
import { type ActionNode, entryOf, fieldText } from '../../core/action/action-node.ts';
import { parseGoDuration } from '../../core/action/duration.ts';
import { readActionYaml } from '../../core/action/read-action-yaml.ts';

/** One file below `_lakefs_actions/`. */
export interface ActionFile {
  readonly path: string;
  readonly text: string;
}

/** A webhook of an action that calls a Sluice. */
export interface GateHook {
  readonly path: string;
  /** Names in lakeFS's record of its runs. */
  readonly action: string;
  readonly hookId: string;
  readonly url: string;
  /** Patterns of branches by event; an empty list means every branch. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  /** How long lakeFS really waits, in milliseconds. */
  readonly timeoutMs: number;
  /** The query parameter as written; null when there is none. */
  readonly deadline: string | null;
  /** As written; null when there is none. */
  readonly authorization: string | null;
  /** The `if` as written; empty when there is none. */
  readonly condition: string;
}

/** What lakeFS waits where the file does not say a duration. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The webhooks of these files that call a Sluice. What lakeFS would refuse as a whole has none. */
export function gateHooksOf(files: readonly ActionFile[]): readonly GateHook[] {
  return files.flatMap(({ path, text }) => {
    const { root } = readActionYaml(path, text);
    return root === null ? [] : hooksOfAction(path, root);
  });
}

function hooksOfAction(path: string, root: ActionNode): readonly GateHook[] {
  const action = textAt(root, 'name');
  const events = eventsOf(entryOf(root, 'on')?.value);
  return itemsOf(entryOf(root, 'hooks')?.value).flatMap((hook) => {
    const properties = entryOf(hook, 'properties')?.value;
    const url = textAt(properties, 'url');
    if (textAt(hook, 'type') !== 'webhook' || !isOurs(url)) return [];
    return [
      {
        path,
        action,
        hookId: textAt(hook, 'id'),
        url,
        events,
        timeoutMs: timeoutOf(entryOf(properties, 'timeout')?.value),
        deadline: textOrNull(entryOf(entryOf(properties, 'query_params')?.value, 'deadline')?.value),
        authorization: authorizationOf(entryOf(properties, 'headers')?.value),
        condition: textAt(hook, 'if'),
      },
    ];
  });
}

/** A gate behind a proxy may have more before the path. */
function isOurs(url: string): boolean {
  return URL.canParse(url) && new URL(url).pathname.endsWith(OUR_HOOK_PATH);
}

function eventsOf(on: ActionNode | undefined): ReadonlyMap<string, readonly string[]> {
  const entries = on?.kind === 'map' ? on.entries : [];
  return new Map(
    entries.map(({ key, value }) => [
      key,
      itemsOf(entryOf(value, 'branches')?.value).flatMap((item) => {
        const text = fieldText(item);
        return text === undefined || text === '' ? [] : [text];
      }),
    ]),
  );
}

/** lakeFS takes a text that is a duration, and nothing else; a bare number it ignores without a word. */
function timeoutOf(node: ActionNode | undefined): number {
  const text = node?.kind === 'scalar' && node.type === 'text' ? node.text : '';
  return parseGoDuration(text) ?? DEFAULT_TIMEOUT_MS;
}

/** Names of headers have no case. */
function authorizationOf(headers: ActionNode | undefined): string | null {
  const entries = headers?.kind === 'map' ? headers.entries : [];
  return textOrNull(entries.find(({ key }) => key.toLowerCase() === 'authorization')?.value);
}

function itemsOf(node: ActionNode | undefined): readonly ActionNode[] {
  return node?.kind === 'list' ? node.items : [];
}

function textAt(node: ActionNode | undefined, key: string): string {
  return fieldText(entryOf(node, key)?.value) ?? '';
}

function textOrNull(node: ActionNode | undefined): string | null {
  const text = fieldText(node);
  return text === undefined || text === '' ? null : text;
}
