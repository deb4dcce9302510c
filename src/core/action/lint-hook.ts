import { suggestion } from '../contract/nearest-word.ts';
import type { Problem } from '../problem.ts';
import { type ActionMap, type ActionNode, entryOf, fieldText, isNull } from './action-node.ts';
import { lintCondition } from './lint-condition.ts';
import { finding, type LintContext, readMap, shapeProblems, unknownKeys } from './lint-context.ts';
import { lintAirflow, lintLua } from './lint-other-hooks.ts';
import { lintWebhook } from './lint-webhook.ts';

const HOOK_KEYS = ['id', 'type', 'description', 'if', 'properties'];
/** lakeFS's own grammar. */
const HOOK_ID = /^[_a-zA-Z][-_a-zA-Z0-9]{1,255}$/;

interface HookType {
  /** One of each group must be there; lakeFS refuses the file otherwise (500, tried for each type). */
  readonly required: readonly (readonly string[])[];
  readonly known: readonly string[];
  readonly lint: (properties: ActionMap, context: LintContext) => readonly Problem[];
}

const HOOK_TYPES: Readonly<Record<string, HookType>> = {
  webhook: { required: [['url']], known: ['url', 'timeout', 'query_params', 'headers'], lint: lintWebhook },
  airflow: {
    required: [['url'], ['dag_id'], ['username'], ['password']],
    known: ['url', 'dag_id', 'username', 'password', 'dag_conf', 'timeout', 'wait_for_dag'],
    lint: lintAirflow,
  },
  lua: { required: [['script', 'script_path']], known: ['script', 'script_path', 'args'], lint: lintLua },
};

const PROPERTY_KEYS = Object.values(HOOK_TYPES).flatMap(({ known }) => known);

/** Judges the hooks of one action, in their order. */
export function lintHooks(hooks: readonly ActionNode[], context: LintContext): readonly Problem[] {
  const ids = hooks.map((hook) => entryOf(hook, 'id')?.value);
  return hooks.flatMap((hook, index) => {
    const id = fieldText(ids[index]) ?? '';
    const first = ids.findIndex((other) => id !== '' && fieldText(other) === id);
    const again = first < index && first >= 0 ? [repeatedId(ids[index] ?? hook, id, ids[first] ?? hook)] : [];
    return [...lintHook(hook, index, context), ...again];
  });
}

function lintHook(hook: ActionNode, index: number, context: LintContext): readonly Problem[] {
  const { map, problems } = readMap(hook, 'A hook');
  if (map === null) return problems.length > 0 ? problems : [missingId(hook)];
  const [id, type, condition] = ['id', 'type', 'if'].map((key) => entryOf(map, key)?.value);
  return [
    ...unknownKeys(map, HOOK_KEYS, { where: 'for a hook', strict: false, below: PROPERTY_KEYS }),
    ...lintId(id, map),
    ...shapeProblems(entryOf(map, 'description')?.value, '`description`'),
    ...lintCondition(condition, { ...context, isFirst: index === 0 }),
    ...lintType(type, map, context),
  ];
}

function lintId(id: ActionNode | undefined, hook: ActionMap): readonly Problem[] {
  const text = fieldText(id);
  if (id === undefined || text === '') return [missingId(id ?? hook)];
  if (text === undefined) return shapeProblems(id, '`id`');
  return HOOK_ID.test(text) ? [] : [badId(id, text)];
}

/** 500 for every commit, "missing ID" in all cases: none, one letter, `12`, a blank (tried). */
function missingId(at: ActionNode): Problem {
  return finding(at.at, {
    code: 'hook-id-invalid',
    message: 'The hook has no `id`; lakeFS refuses the file.',
    hint: 'Give it a name of at least two letters, for example `id: sluice`.',
  });
}

function badId(at: ActionNode, id: string): Problem {
  const reason = id.length === 1 ? 'it has one character' : 'it holds something else';
  return finding(at.at, {
    code: 'hook-id-invalid',
    message: `\`${id}\` is no id of a hook: ${reason}. lakeFS refuses the file.`,
    hint: 'Ids are 2 to 256 letters, digits, dashes and underscores; the first is a letter or underscore.',
  });
}

/** 500 for every commit: "duplicate ID" (seen). */
function repeatedId(at: ActionNode, id: string, first: ActionNode): Problem {
  const message = `The id \`${id}\` is used twice; the first is in line ${first.at.line}. lakeFS refuses the file.`;
  return finding(at.at, { code: 'hook-id-repeated', message, hint: 'Ids are unique within an action.' });
}

function lintType(type: ActionNode | undefined, hook: ActionMap, context: LintContext): readonly Problem[] {
  const text = fieldText(type);
  if (text === undefined) return shapeProblems(type, '`type`');
  const known = Object.hasOwn(HOOK_TYPES, text) ? HOOK_TYPES[text] : undefined;
  if (known === undefined) return [unknownType(type ?? hook, text)];
  const properties = entryOf(hook, 'properties');
  const { map, problems } = readMap(properties?.value, '`properties`');
  if (problems.length > 0) return problems;
  if (map === null) return [missingProperty(properties?.value ?? hook, text, known.required[0] ?? [])];
  const absent = known.required.filter((group) => !group.some((key) => entryOf(map, key) !== undefined));
  return [
    ...absent.map((group) => missingProperty(map, text, group)),
    ...unknownKeys(map, known.known, { where: `for a ${text}`, strict: false }),
    ...known.lint(map, context),
  ];
}

/** 500 for every commit (tried; case counts). */
function unknownType(at: ActionNode, type: string): Problem {
  return finding(at.at, {
    code: 'hook-type-unknown',
    message:
      type === '' ? 'The hook has no `type`; lakeFS refuses the file.' : `lakeFS knows no hook type \`${type}\`.`,
    hint: type === '' ? 'For example `type: webhook`.' : suggestion(type, Object.keys(HOOK_TYPES)),
  });
}

function missingProperty(at: ActionNode, type: string, group: readonly string[]): Problem {
  const names = group.map((name) => `\`${name}\``).join(' or ');
  return finding(at.at, {
    code: 'hook-property-missing',
    message: `A hook of type ${type} needs ${names} in its properties; lakeFS refuses the file.`,
  });
}

/** True where there is no hook at all. */
export function hasNoHook(hooks: readonly ActionNode[]): boolean {
  return hooks.every((hook) => isNull(hook));
}
