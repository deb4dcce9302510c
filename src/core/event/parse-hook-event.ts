import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Problem } from '../problem.ts';
import schema from './hook-event.schema.json' with { type: 'json' };
import type { HookEvent, HookEventType } from './hook-event.ts';

export type ParsedHookEvent =
  | { readonly kind: 'event'; readonly event: HookEvent }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Turns the decoded body of a hook delivery into a {@link HookEvent}. Unknown extra keys are ignored, so that a newer
 * lakeFS is understood; a known key of the wrong type or grammar is a problem `payload-invalid` that names the field,
 * and all of them are told at once. The grammars are those lakeFS itself enforces (facts/reliability.md L17).
 */
export function parseHookEvent(body: unknown): ParsedHookEvent {
  if (!isPayload(body)) return { kind: 'invalid', problems: problemsOf(isPayload.errors ?? []) };
  return {
    kind: 'event',
    event: {
      eventType: body.event_type,
      eventTime: body.event_time,
      actionName: body.action_name,
      hookId: body.hook_id,
      repository: body.repository_id,
      ...present('branch', body.branch_id),
      ...present('sourceRef', body.source_ref),
      ...present('commitId', body.commit_id),
      ...present('commitMessage', body.commit_message),
      ...present('committer', body.committer),
      commitMetadata: { ...body.commit_metadata },
      ...present('mergeSource', body.merge_source),
      ...present('tagId', body.tag_id),
    },
  };
}

/** The payload's own names, as far as the schema vouches for them. */
interface Payload {
  readonly event_type: HookEventType;
  readonly event_time: string;
  readonly action_name: string;
  readonly hook_id: string;
  readonly repository_id: string;
  readonly branch_id?: string;
  readonly source_ref?: string;
  readonly commit_id?: string;
  readonly commit_message?: string;
  readonly committer?: string;
  readonly commit_metadata?: Readonly<Record<string, string>>;
  readonly merge_source?: string;
  readonly tag_id?: string;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

const isPayload = new Ajv2020({
  allErrors: true,
  strict: true,
  // `required` in the `then` branch names properties that stand beside it.
  strictRequired: false,
  formats: { rfc3339: (text: string) => RFC3339.test(text) && !Number.isNaN(Date.parse(text)) },
}).compile<Payload>(schema);

/** An empty text means the same as an absent one: lakeFS writes these fields with `omitempty`. */
function present<K extends string>(name: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [key in K]: string });
}

function problemsOf(errors: readonly ErrorObject[]): readonly Problem[] {
  const own = errors.filter(({ keyword }) => keyword !== 'if' && keyword !== 'not');
  const named = own.slice(0, MOST_PROBLEMS).map(toProblem);
  return named.filter((problem, index) => named.findIndex(({ message }) => message === problem.message) === index);
}

/** Nobody mends more at once, and a hostile body could hold ten thousand. */
const MOST_PROBLEMS = 20;

function toProblem(error: ErrorObject): Problem {
  const field = error.instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  return { code: 'payload-invalid', message: sentence(field, error), hint: HINT };
}

const HINT = 'Only lakeFS calls this address. Compare the body with the hook payload of your lakeFS version.';

const GRAMMAR: Readonly<Record<string, string>> = {
  repository_id: 'a repository id (3 to 63 lower-case letters, digits and dashes)',
  branch_id: 'a branch id (letters, digits, dashes and underscores)',
  commit_id: 'a commit id (64 hexadecimal digits)',
  committer: 'a text without control characters',
};

function sentence(field: string, error: ErrorObject): string {
  const { keyword, params } = error;
  const name = field === '' ? 'The body' : `The field ${field}`;
  if (keyword === 'required') return `The field ${params['missingProperty']} is missing.`;
  if (keyword === 'propertyNames') return `${name} holds the key ${params['propertyName']}, which is not allowed.`;
  if (keyword === 'type') return `${name} must be ${params['type'] === 'object' ? 'an object' : 'a text'}.`;
  if (keyword === 'enum') return `${name} names no hook event that Sluice knows.`;
  if (keyword === 'format') return `${name} must be a time such as 2026-08-22T10:00:00Z (RFC 3339).`;
  if (keyword === 'pattern')
    return `${name} must be ${GRAMMAR[field] ?? 'a text without spaces and control characters'}.`;
  return `${name} ${error.message ?? 'is invalid'}.`;
}
