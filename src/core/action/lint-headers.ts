import type { Problem, SourceLocation } from '../problem.ts';
import type { ActionEntry, ActionNode } from './action-node.ts';
import { hasReference, lintReferences } from './env-reference.ts';
import { finding, type LintContext, styleLevel } from './lint-context.ts';
import { wrongKey, wrongType } from './lint-property.ts';

interface HeaderContext extends LintContext {
  /** The call goes to Sluice, which answers 401 without a token. */
  readonly needsToken: boolean;
}

/** Names of headers that hold secrets. */
const SECRET_HEADER = /^(?:proxy-)?authorization$|token|secret|api-?key|password|^cookie$/i;
/** RFC 9110's token: what Go lets through as the name of a header. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Judges `headers`. Tried on a server: none, a list, a number or an empty value are 500 for every event; a name with a
 * blank and a value of two lines are a 412 at every event.
 */
export function lintHeaders(
  entry: ActionEntry | undefined,
  context: HeaderContext,
  at: SourceLocation,
): readonly Problem[] {
  if (entry === undefined) return context.needsToken ? [noToken(at)] : [];
  if (entry.value.kind !== 'map') return [wrongType(entry.value, '`headers` must be a mapping')];
  const { entries } = entry.value;
  const token = entries.find(({ key }) => key.toLowerCase() === 'authorization');
  return [
    ...(context.needsToken && token === undefined ? [noToken(entry.keyAt)] : []),
    ...entries.flatMap((header) => lintHeader(header, context)),
  ];
}

function lintHeader(header: ActionEntry, context: HeaderContext): readonly Problem[] {
  const { key, keyAt, keyType, value } = header;
  if (keyType !== 'text') return [wrongKey(header)];
  const name = HEADER_NAME.test(key) ? [] : [invalid(keyAt, `\`${key}\` is no name of a header.`)];
  if (value.kind !== 'scalar' || value.type !== 'text') {
    return [...name, wrongType(value, `The header \`${key}\` must be a text`)];
  }
  const lines = /[\r\n]/.test(value.text) ? [invalid(value.at, `The header \`${key}\` has several lines.`)] : [];
  return [...name, ...lines, ...lintReferences(value), ...literalSecret(key, value, context)];
}

function literalSecret(
  name: string,
  value: ActionNode & { readonly kind: 'scalar' },
  context: HeaderContext,
): readonly Problem[] {
  const isReferenced = hasReference(value.text) || value.text.includes('{{') || /\$\{\w+\}/.test(value.text);
  if (!SECRET_HEADER.test(name) || isReferenced || value.text === '') return [];
  return [
    finding(value.at, {
      code: 'hook-secret-literal',
      level: styleLevel(context),
      message: `The header \`${name}\` holds its secret in clear: everyone who reads the repository or the logs sees it.`,
      hint: `Put it into the environment of the lakeFS server and write "{{ ENV.LAKEFSACTION_NAME }}".`,
    }),
  ];
}

function invalid(at: SourceLocation, message: string): Problem {
  const hint = 'lakeFS cannot send it; every event of the action would be refused.';
  return finding(at, { code: 'hook-header-invalid', message, hint });
}

function noToken(at: SourceLocation): Problem {
  return finding(at, {
    code: 'hook-token-missing',
    message: 'The call carries no `Authorization` header; Sluice answers 401 and nothing can be merged.',
    hint: 'Add `Authorization: "Bearer {{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"` under `headers`.',
  });
}
