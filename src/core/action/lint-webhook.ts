import type { Problem } from '../problem.ts';
import { OUR_HOOK_PATH } from './action-file.ts';
import { type ActionEntry, type ActionMap, type ActionNode, entryOf, fieldText, isNull } from './action-node.ts';
import { parseGoDuration } from './duration.ts';
import { hasReference, lintReferences } from './env-reference.ts';
import { finding, type LintContext, styleLevel } from './lint-context.ts';
import { lintHeaders } from './lint-headers.ts';
import { wrongKey, wrongType } from './lint-property.ts';
import { lintTimeout } from './lint-timeout.ts';
import { lintUrl } from './lint-url.ts';

/** Judges the properties of a webhook. */
export function lintWebhook(properties: ActionMap, context: LintContext): readonly Problem[] {
  const [url, timeout, parameters, headers] = ['url', 'timeout', 'query_params', 'headers'].map((key) =>
    entryOf(properties, key),
  );
  const gate = context.ours && (fieldText(url?.value) ?? '').includes(OUR_HOOK_PATH);
  return [
    ...lintUrl(url?.value, context),
    ...lintTimeout(timeout?.value, context),
    ...(timeout === undefined && gate ? [noTimeout(properties)] : []),
    ...lintParameters(parameters, context),
    ...lintHeaders(headers, { ...context, needsToken: gate }, properties.at),
    ...(gate ? lintDeadline(entryOf(parameters?.value, 'deadline'), timeout, properties) : []),
  ];
}

/**
 * 500 for every event of the action (tried): `query_params` empty or a list, a key or value that YAML takes for a
 * number, a truth value, a date or nothing. lakeFS's own validation finds none of them.
 */
function lintParameters(entry: ActionEntry | undefined, context: LintContext): readonly Problem[] {
  if (entry === undefined) return [];
  if (entry.value.kind !== 'map') return [wrongType(entry.value, '`query_params` must be a mapping')];
  return entry.value.entries.flatMap((parameter) => {
    const values = parameter.value.kind === 'list' ? parameter.value.items : [parameter.value];
    return [
      ...(parameter.keyType === 'text' ? [] : [wrongKey(parameter)]),
      ...values.flatMap((value) =>
        value.kind === 'scalar' && value.type === 'text'
          ? lintReferences(value)
          : [wrongType(value, `The parameter \`${parameter.key}\` must be a text`)],
      ),
      ...(values.some(isSecret(parameter.key)) ? [secretInQuery(parameter, context)] : []),
    ];
  });
}

const SECRET_NAME = /(?:^|[-_])(?:token|secret|passw(?:or)?d|api-?_?key|apikey|auth|credential|signature)s?(?:$|[-_])/i;

function isSecret(name: string): (value: ActionNode) => boolean {
  return (value) => value.kind === 'scalar' && (hasReference(value.text) || SECRET_NAME.test(name));
}

/** The address goes in clear into error messages, proxies' logs and, unless it is filled in, lakeFS's own (seen). */
function secretInQuery({ key, keyAt }: ActionEntry, context: LintContext): Problem {
  return finding(keyAt, {
    code: 'hook-secret-in-query',
    level: styleLevel(context),
    message: `The parameter \`${key}\` carries a secret, and addresses are written into logs in clear.`,
    hint: 'Send it as a header: `Authorization: "Bearer {{ ENV.LAKEFSACTION_... }}"`.',
  });
}

/** lakeFS waits a minute where nothing is said (its default). */
function noTimeout({ at }: ActionMap): Problem {
  return finding(at, {
    code: 'hook-timeout-missing',
    level: 'warning',
    message: 'Without a `timeout` lakeFS waits one minute for Sluice.',
    hint: 'Write for example `timeout: 5m`.',
  });
}

/** Sluice's own parameter: at the timeout nobody would hear its answer any more. */
function lintDeadline(
  deadline: ActionEntry | undefined,
  timeout: ActionEntry | undefined,
  properties: ActionMap,
): readonly Problem[] {
  const waits = parseGoDuration(fieldText(timeout?.value) ?? '') ?? 60_000;
  if (deadline === undefined || isNull(deadline.value)) return deadline === undefined ? [noDeadline(properties)] : [];
  const { value } = deadline;
  if (value.kind !== 'scalar' || value.type !== 'text') return [];
  const gives = parseGoDuration(value.text);
  if (gives === undefined || gives <= 0) {
    const message = `\`${value.text}\` is no deadline; Sluice refuses the call.`;
    return [finding(value.at, { code: 'hook-deadline-invalid', message, hint: 'Write for example `4m50s`.' })];
  }
  if (gives < waits || (timeout !== undefined && waits <= 0)) return [];
  return [
    finding(value.at, {
      code: 'hook-deadline-late',
      message: 'The deadline is not below the timeout: lakeFS would give up before Sluice says why.',
      hint: 'Keep the deadline some seconds below the timeout, for example 4m50s and 5m.',
    }),
  ];
}

function noDeadline({ at }: ActionMap): Problem {
  return finding(at, {
    code: 'hook-deadline-missing',
    level: 'warning',
    message: 'Without a `deadline` parameter Sluice gives up after its own `hook.deadline`, 50s by default.',
    hint: 'Write `query_params: { deadline: 4m50s }`, some seconds below the timeout.',
  });
}
