import { HOOK_EVENTS } from '../../../core/event/hook-event.ts';
import { NO_ROWS_WORDS } from '../../../gate/failing-rows-words.ts';
import { DECISION_STATES } from '../../../gate/record-ports.ts';
import { ORIGINS } from './read-filter.ts';

const NO_ROWS_REASONS = Object.keys(NO_ROWS_WORDS);

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const TEXT_OR_NULL: Schema = { type: ['string', 'null'] };
const TIME: Schema = { type: 'string', format: 'date-time' };
const TIME_OR_NULL: Schema = { type: ['string', 'null'], format: 'date-time' };

/** An object whose properties are all there and are all that is there. */
function closed(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
  };
}

const key = closed(
  {
    repository: TEXT,
    destinationCommit: TEXT,
    metaRange: TEXT,
    contractDigest: TEXT,
    engineVersion: TEXT,
    policyDigest: TEXT,
  },
  'What makes two deliveries the same question.',
);

const landed = closed(
  { commit: TEXT, at: TIME, same: { type: 'boolean' } },
  'What became of an approved merge; `same` is false when another tree landed than the one that was judged.',
);

const decision = closed(
  {
    id: { type: 'string', description: 'Sorts by time.' },
    state: { enum: DECISION_STATES },
    event: { enum: HOOK_EVENTS },
    origin: { enum: ORIGINS, description: 'hook: lakeFS asked. check: a person asked before the merge.' },
    replayOf: { type: ['string', 'null'], description: 'The earlier decision that was repeated.' },
    key: { oneOf: [{ type: 'null' }, key] },
    repository: TEXT,
    branch: TEXT,
    source: TEXT,
    mergeCommit: TEXT,
    committer: TEXT_OR_NULL,
    status: { type: ['integer', 'null'], description: 'HTTP status that lakeFS was answered; null while running.' },
    receivedAt: TIME,
    decidedAt: TIME_OR_NULL,
    landed: { oneOf: [{ type: 'null' }, landed] },
    hasReport: { type: 'boolean' },
  },
  'One delivery of a hook, or one check.',
);

const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** Every schema of the API but the report's, which is published on its own. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Decision: decision,
  DecisionPage: closed({
    decisions: { type: 'array', items: reference('Decision') },
    next: { type: ['string', 'null'], description: 'Give it as `before` for the next page; null on the last one.' },
  }),
  FailingRows: closed({
    decision: TEXT,
    keptFor: {
      type: 'string',
      description: 'The decision that read the data: another one, where this one repeats it.',
    },
    files: {
      type: 'array',
      items: closed({
        number: { type: 'integer', minimum: 1 },
        table: TEXT,
        check: { type: 'string', description: 'Id of the check in the report.' },
        columns: { type: 'array', items: TEXT },
        rows: { type: 'integer', description: 'Rows in the file.' },
        failing: { type: 'integer', description: 'Rows that fail.' },
        sizeBytes: { type: 'integer' },
        path: TEXT,
      }),
    },
    without: {
      type: 'array',
      items: closed({ table: TEXT, check: TEXT, why: { enum: NO_ROWS_REASONS }, message: TEXT }),
    },
  }),
  Question: {
    ...closed({ repository: TEXT, source: TEXT, destination: TEXT, strategy: TEXT, squash: TEXT }),
    required: ['repository', 'source', 'destination'],
    properties: {
      repository: { type: 'string', minLength: 1 },
      source: { type: 'string', minLength: 1, description: 'A ref: branch, tag, commit.' },
      destination: { type: 'string', minLength: 1, description: 'A branch.' },
      strategy: { enum: ['source-wins', 'dest-wins'], description: 'For conflicts, as in the merge itself.' },
      squash: { type: 'boolean' },
    },
  },
  CheckAnswer: closed({
    decision: { type: 'string', description: 'Id of the decision that was recorded.' },
    state: { enum: ['approved', 'rejected', 'undecided'] },
    report: reference('Report'),
  }),
  Version: closed({ sluice: TEXT, duckdb: TEXT, api: { const: 'v1' }, reportVersion: TEXT }),
  Readiness: closed({
    status: { enum: ['ready', 'not-ready', 'starting', 'stopping'] },
    checks: {
      type: 'array',
      items: closed({ name: TEXT, ok: { type: 'boolean' }, detail: TEXT, durationMs: { type: 'number', minimum: 0 } }),
    },
  }),
  Error: closed({
    code: { type: 'string', description: 'Stable; listed in docs/error-codes.md.' },
    message: TEXT,
    hint: TEXT_OR_NULL,
  }),
};

/**
 * A published JSON Schema as components: its `$defs` become components beside it, because tools look for references in
 * the OpenAPI document and not in the schema's own identity.
 */
export function asComponents(name: string, schema: Schema): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, $id: _id, $defs = {}, ...root } = schema;
  const own = (part: string) => `${name}${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  const moved = Object.entries($defs as Readonly<Record<string, unknown>>).map(([part, inner]) => [own(part), inner]);
  const text = JSON.stringify({ [name]: root, ...Object.fromEntries(moved) });
  return JSON.parse(
    text.replaceAll(/"#\/\$defs\/(\w+)"/g, (_whole, part: string) => `"#/components/schemas/${own(part)}"`),
  ) as Readonly<Record<string, unknown>>;
}
