import type { Problem } from '../problem.ts';
import { ENV_PREFIX } from './action-file.ts';
import type { ActionNode } from './action-node.ts';
import { finding } from './lint-context.ts';

/** What lakeFS fills in (its own expression): one blank at most before `ENV`, case counts. */
const REFERENCE = /\{\{ ?ENV\..*? ?\}\}/g;

/** True when lakeFS would fill something into the text. */
export function hasReference(text: string): boolean {
  return new RegExp(REFERENCE).test(text);
}

/**
 * Judges the `{{ ENV.X }}` of a header, parameter or password. Tried on a server: a name with another prefix, or with a
 * blank before it, is sent as nothing; `{{  ENV.X }}`, `{{ env.X }}` and `${X}` are sent as they stand; a right name that
 * the server's environment lacks is 500 (which no linter can see).
 * @param prefix what names must begin with; Lua's `args` are filled from every `LAKEFS` variable
 */
export function lintReferences(node: ActionNode, prefix: string = ENV_PREFIX): readonly Problem[] {
  if (node.kind !== 'scalar' || node.type === 'null') return [];
  const problems: Problem[] = [];
  for (const [reference] of node.text.matchAll(REFERENCE)) {
    const name = reference.replace(/^[{} ]+|[{} ]+$/g, '').slice('ENV.'.length);
    if (!name.startsWith(prefix)) problems.push(wrongPrefix(node, name, prefix));
  }
  const rest = node.text.replace(REFERENCE, '');
  const literal = /\{\{.*?\}\}|\$\{\w+\}/s.exec(rest)?.[0];
  if (literal !== undefined) problems.push(notFilled(node, literal, prefix));
  return problems;
}

/** The same for a text in which lakeFS fills in nothing at all, such as the address (tried: sent as `%7B%7B...`, 412). */
export function lintNoReferences(node: ActionNode, what: string): readonly Problem[] {
  if (node.kind !== 'scalar' || !/\{\{/.test(node.text)) return [];
  return [
    finding(node.at, {
      code: 'hook-env-literal',
      message: `lakeFS fills no \`{{ ENV }}\` into ${what}; it is taken as it stands.`,
      hint: 'Write the value itself.',
    }),
  ];
}

function wrongPrefix(node: ActionNode, name: string, prefix: string): Problem {
  const meant = `${prefix}${name.trim().replace(/^LAKEFS_?ACTIONS?_?/i, '')}`;
  return finding(node.at, {
    code: 'hook-env-prefix',
    message: `lakeFS fills in only variables that begin with ${prefix}; for \`${name}\` it sends nothing, without a word.`,
    hint: `Call it ${meant} here and in the environment of the lakeFS server.`,
  });
}

function notFilled(node: ActionNode, literal: string, prefix: string): Problem {
  return finding(node.at, {
    code: 'hook-env-literal',
    message: `lakeFS does not understand \`${literal}\` and sends it as it stands.`,
    hint: `The only form is \`{{ ENV.${prefix}NAME }}\`, with one blank or none at each side.`,
  });
}
