import type { Node } from 'yaml';
import { HOOK_EVENTS, type HookEventType } from '../../core/event/hook-event.ts';
import { openYaml, type YamlProperties, type YamlReader } from './yaml-decode.ts';

/** One valid action file. */
export interface Action {
  readonly name: string;
  /** The events with the patterns of the branches they are for; no patterns: all branches. */
  readonly on: ReadonlyMap<HookEventType, readonly string[]>;
  /** In the order in which they run. */
  readonly hooks: readonly ActionHook[];
}

export interface ActionHook {
  readonly id: string;
  readonly type: HookType;
  /** The `if`, as written. */
  readonly condition: string;
  readonly properties: YamlProperties;
}

export type HookType = 'webhook' | 'airflow' | 'lua';

export type ParsedAction =
  | { readonly ok: true; readonly action: Action }
  | { readonly ok: false; readonly message: string };

/** For each type of hook the properties that must be there, one of each group. */
const REQUIRED_PROPERTIES: Readonly<Record<HookType, readonly (readonly string[])[]>> = {
  webhook: [['url']],
  airflow: [['url'], ['dag_id'], ['username'], ['password']],
  lua: [['script', 'script_path']],
};
const NAME = /^\w[\w\-. ]+$/;
const HOOK_ID = /^[_a-zA-Z][-_a-zA-Z0-9]{1,255}$/;

/** An action as written, before anybody has asked whether it makes sense. */
interface Draft {
  readonly name: string;
  readonly on: readonly (readonly [string, readonly string[]])[];
  readonly hooks: readonly HookDraft[];
}

interface HookDraft {
  readonly id: string;
  readonly type: string;
  readonly condition: string;
  readonly properties: YamlProperties | null;
}

/**
 * Reads an action file the way lakeFS does, errors in its words: only the first document counts, unknown keys are
 * ignored (a misspelt `branchs` means all branches), names of one letter are invalid (recordings 20b and 23).
 */
export function parseActionFile(content: string): ParsedAction {
  const yaml = openYaml(content);
  if (!yaml.ok) return yaml;
  const draft = readDraft(yaml.root, yaml.reader);
  const misfits = yaml.reader.problems;
  if (misfits.length > 0) return refusal(`yaml: unmarshal errors:\n  ${misfits.join('\n  ')}`);
  return validate(draft);
}

function readDraft(root: Node | null, reader: YamlReader): Draft {
  const fields = reader.fields(root, 'actions.Action');
  const events = reader.fields(fields.get('on') ?? null, 'map[graveler.EventType]*actions.ActionOn');
  return {
    name: reader.text(fields.get('name') ?? null, 'string'),
    on: [...events].map(([event, node]) => [event, readBranches(node, reader)]),
    hooks: reader.items(fields.get('hooks') ?? null, '[]actions.ActionHook').map((node) => readHook(node, reader)),
  };
}

function readBranches(node: Node | null, reader: YamlReader): readonly string[] {
  const branches = reader.fields(node, 'actions.ActionOn').get('branches') ?? null;
  return reader.items(branches, '[]string').map((branch) => reader.text(branch, 'string'));
}

function readHook(node: Node | null, reader: YamlReader): HookDraft {
  const fields = reader.fields(node, 'actions.ActionHook');
  return {
    id: reader.text(fields.get('id') ?? null, 'string'),
    type: reader.text(fields.get('type') ?? null, 'actions.HookType'),
    condition: reader.text(fields.get('if') ?? null, 'string'),
    properties: reader.properties(fields.get('properties') ?? null, 'actions.Properties'),
  };
}

function validate(draft: Draft): ParsedAction {
  if (draft.name === '') return refusal("'name' is required: invalid action");
  if (!NAME.test(draft.name)) return refusal("'name' is invalid: invalid action");
  if (draft.on.length === 0) return refusal("'on' is required: invalid action");
  const on = new Map<HookEventType, readonly string[]>();
  for (const [event, branches] of draft.on) {
    if (!isEvent(event)) return refusal(`event '${event}' is not supported: invalid action`);
    if (branches.length > 0 && event.endsWith('-tag')) {
      return refusal("'branches' is not supported in tag event types. invalid event parameter");
    }
    on.set(event, branches);
  }
  const hooks: ActionHook[] = [];
  for (const [index, hook] of draft.hooks.entries()) {
    const checked = checkHook(hook, hooks);
    if (typeof checked === 'string') return refusal(`hook[${index}] ${checked}: invalid action`);
    hooks.push(checked);
  }
  return { ok: true, action: { name: draft.name, on, hooks } };
}

/** The hook, or what is wrong with it. */
function checkHook(hook: HookDraft, earlier: readonly ActionHook[]): ActionHook | string {
  const { id, type, condition, properties } = hook;
  if (!HOOK_ID.test(id)) return 'missing ID';
  if (earlier.some((other) => other.id === id)) return `duplicate ID '${id}'`;
  // lakeFS names the hook here, not the type that it does not know.
  if (!isHookType(type)) return `type '${id}' unknown`;
  if (properties === null) return `type '${type}': missing hook properties`;
  const absent = REQUIRED_PROPERTIES[type].find((group) => !group.some((key) => properties.has(key)));
  if (absent !== undefined) return `type '${type}': '${absent.join("' or '")}' must be supplied in properties`;
  return { id, type, condition, properties };
}

function isEvent(text: string): text is HookEventType {
  return (HOOK_EVENTS as readonly string[]).includes(text);
}

function isHookType(text: string): text is HookType {
  return Object.hasOwn(REQUIRED_PROPERTIES, text);
}

function refusal(message: string): ParsedAction {
  return { ok: false, message };
}
