import type { Problem } from '../problem.ts';
import { type ActionMap, type ActionNode, entryOf } from './action-node.ts';
import { hasReference, lintReferences } from './env-reference.ts';
import { finding, type LintContext, styleLevel } from './lint-context.ts';
import { wrongType } from './lint-property.ts';
import { lintTimeout } from './lint-timeout.ts';

/** Lua's `args` are filled from variables that begin with the prefix of lakeFS's own settings (read in its source). */
const LUA_PREFIX = 'LAKEFS';

/** Airflow takes four texts, none of them empty, or is 500 at every event (read in source). */
export function lintAirflow(properties: ActionMap, context: LintContext): readonly Problem[] {
  const texts = ['url', 'dag_id', 'username', 'password'].flatMap((key) => {
    const entry = entryOf(properties, key);
    return entry === undefined ? [] : [...needText(entry.value, key)];
  });
  const password = entryOf(properties, 'password')?.value;
  const conf = entryOf(properties, 'dag_conf');
  return [
    ...texts,
    ...(password === undefined ? [] : [...lintReferences(password), ...literalPassword(password, context)]),
    ...(conf !== undefined && conf.value.kind !== 'map' ? [wrongType(conf.value, '`dag_conf` must be a mapping')] : []),
    ...lintTimeout(entryOf(properties, 'timeout')?.value, context),
  ];
}

/** Tried: `script` and `script_path` both empty, and `args` as a list, are 500 at every event. */
export function lintLua(properties: ActionMap, _context: LintContext): readonly Problem[] {
  const [script, path, args] = ['script', 'script_path', 'args'].map((key) => entryOf(properties, key)?.value);
  const written = [script, path].filter((node) => node !== undefined);
  const some = written.find((node) => node.kind !== 'scalar' || node.type !== 'text' || node.text !== '');
  const texts = written.flatMap((node) =>
    node.kind === 'scalar' && node.type === 'text' ? [] : [wrongType(node, '`script` and `script_path` must be texts')],
  );
  const [first] = written;
  return [
    ...texts,
    ...(some === undefined && first !== undefined ? [emptyText(first, 'script')] : []),
    ...(args === undefined || args.kind === 'map' ? [] : [wrongType(args, '`args` must be a mapping')]),
    ...(args === undefined ? [] : referencesBelow(args)),
  ];
}

function needText(node: ActionNode, key: string): readonly Problem[] {
  if (node.kind !== 'scalar' || node.type !== 'text') return [wrongType(node, `\`${key}\` must be a text`)];
  return node.text === '' ? [emptyText(node, key)] : [];
}

function emptyText(node: ActionNode, key: string): Problem {
  const message = `\`${key}\` is empty; lakeFS fails with it at every event.`;
  return finding(node.at, { code: 'hook-property-type', message });
}

function literalPassword(node: ActionNode, context: LintContext): readonly Problem[] {
  if (node.kind !== 'scalar' || node.text === '' || hasReference(node.text) || node.text.includes('{{')) return [];
  return [
    finding(node.at, {
      code: 'hook-secret-literal',
      level: styleLevel(context),
      message: 'The password stands here in clear: everyone who reads the repository or the logs sees it.',
      hint: 'Put it into the environment of the lakeFS server and write "{{ ENV.LAKEFSACTION_NAME }}".',
    }),
  ];
}

/** Each node once: aliases may lead to the same one from many places. */
function referencesBelow(root: ActionNode): readonly Problem[] {
  const seen = new Set<ActionNode>();
  const open = [root];
  const problems: Problem[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'list') open.push(...node.items);
    else if (node.kind === 'map') open.push(...node.entries.map(({ value }) => value));
    else problems.push(...lintReferences(node, LUA_PREFIX));
  }
  return problems;
}
