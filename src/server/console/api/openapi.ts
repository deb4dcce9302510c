import { HOOK_EVENTS } from '../../../core/event/hook-event.ts';
import { REPORT_FORMATS } from '../../../core/report/formats.ts';
import { DECISION_STATES } from '../../../gate/record-ports.ts';
import { asComponents, SCHEMAS } from './openapi-schemas.ts';
import { ORIGINS, PAGE } from './read-filter.ts';

type Part = Readonly<Record<string, unknown>>;

export interface OpenApiFacts {
  readonly version: string;
  /** Where people reach the console; null when nobody said. */
  readonly url: string | null;
  /** schemas/report.schema.json, parsed. */
  readonly reportSchema: Part;
}

/** The OpenAPI 3.1 document of the console port. */
export function openApiDocument({ version, url, reportSchema }: OpenApiFacts): Part {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description: 'What the merge gate decided, and why. Nothing here lets a merge through.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: url ?? '/' }],
    security: [{ token: [] }],
    paths: PATHS,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The text of SLUICE_CONSOLE_TOKEN.' },
      },
      schemas: { ...SCHEMAS, ...asComponents('Report', reportSchema) },
    },
  };
}

const OPEN = { security: [] };

const PATHS: Part = {
  '/healthz': { get: { operationId: 'health', summary: 'The process lives.', ...OPEN, responses: ok(plain()) } },
  '/readyz': {
    get: {
      operationId: 'readiness',
      summary: 'Whether a merge could be judged now: lakeFS, engine and records are asked.',
      ...OPEN,
      responses: {
        ...ok(jsonOf('Readiness')),
        503: { description: 'Something does not answer, or the server starts or stops.', ...jsonOf('Readiness') },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Metrics in the text format of Prometheus.',
      ...OPEN,
      responses: ok(plain()),
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openapi',
      summary: 'This document.',
      ...OPEN,
      responses: ok({ content: { 'application/json': { schema: { type: 'object' } } } }),
    },
  },
  '/api/v1/version': {
    get: { operationId: 'version', summary: 'What answers here.', responses: guarded(ok(jsonOf('Version'))) },
  },
  '/api/v1/decisions': {
    get: {
      operationId: 'listDecisions',
      summary: 'Decisions, newest first, without their reports. All filters that are given must hold.',
      parameters: [
        parameter('repository', { type: 'string', minLength: 1 }),
        parameter('branch', { type: 'string', minLength: 1 }, 'The destination.'),
        parameter('state', { enum: DECISION_STATES }),
        parameter('event', { enum: HOOK_EVENTS }),
        parameter('origin', { enum: ORIGINS }),
        parameter('mergeCommit', { type: 'string', pattern: '^[0-9a-f]{64}$' }),
        parameter('since', { type: 'string' }, 'Received then or later: 2026-08-22 or 2026-08-22T10:00:00Z.'),
        parameter('until', { type: 'string' }, 'Received before.'),
        parameter('before', { type: 'string' }, '`next` of the page before.'),
        parameter('limit', { type: 'integer', minimum: 1, maximum: PAGE.largest, default: PAGE.usual }),
      ],
      responses: guarded({ ...ok(jsonOf('DecisionPage')), 400: error('A parameter is wrong or unknown.') }),
    },
  },
  '/api/v1/decisions/{id}': {
    parameters: [idOfPath()],
    get: {
      operationId: 'getDecision',
      summary: 'One decision.',
      responses: guarded({ ...ok(jsonOf('Decision')), 404: error('There is no such decision.') }),
    },
  },
  '/api/v1/decisions/{id}/report': {
    parameters: [idOfPath()],
    get: {
      operationId: 'getReport',
      summary: 'Why it was decided so.',
      parameters: [parameter('format', { enum: REPORT_FORMATS, default: 'json' })],
      responses: guarded({
        ...ok({
          content: {
            'application/json': { schema: reference('Report') },
            'text/plain': { schema: { type: 'string' } },
            'text/markdown': { schema: { type: 'string' } },
            'text/html': { schema: { type: 'string' } },
            'application/xml': { schema: { type: 'string' } },
            'application/sarif+json': { schema: { type: 'object' } },
          },
        }),
        400: error('There is no such format.'),
        404: error('There is no such decision, or it has no report.'),
        409: error('The report was written by another version and can only be had as JSON.'),
      }),
    },
  },
  '/api/v1/decisions/{id}/failing-rows': {
    parameters: [idOfPath()],
    get: {
      operationId: 'listFailingRows',
      summary: 'Files of rows that fail a check, and why other failing checks have none.',
      responses: forRows({ ...ok(jsonOf('FailingRows')), 404: error('There is no such decision.') }),
    },
  },
  '/api/v1/decisions/{id}/failing-rows/{number}.parquet': {
    parameters: [idOfPath(), { name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }],
    get: {
      operationId: 'getFailingRows',
      summary:
        'One of these files: the columns that the contract lets be shown, and no other. Every download is logged.',
      responses: forRows({
        ...ok({ content: { 'application/vnd.apache.parquet': { schema: { type: 'string', format: 'binary' } } } }),
        404: error('There is no such decision or file, or no longer.'),
      }),
    },
  },
  '/api/v1/checks': {
    post: {
      operationId: 'checkMerge',
      summary: 'What would the gate say to this merge? Judged on a preview that is always deleted; lets nothing in.',
      requestBody: { required: true, ...jsonOf('Question') },
      responses: guarded({
        ...ok(jsonOf('CheckAnswer')),
        400: error('The question is malformed.'),
        404: error('The repository, or a ref, is not there.'),
        413: error('The body is too large.'),
        415: error('The body is no JSON.'),
        429: error('Too many merges wait; ask again later.'),
        502: error('lakeFS does not answer as it should.'),
      }),
    },
  },
};

function reference(name: string): Part {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonOf(name: string): Part {
  return { content: { 'application/json': { schema: reference(name) } } };
}

function plain(): Part {
  return { content: { 'text/plain': { schema: { type: 'string' } } } };
}

function ok(content: Part): Part {
  return { 200: { description: 'The answer.', ...content } };
}

function error(description: string): Part {
  return { description, ...jsonOf('Error') };
}

/** What every path below /api answers beside its own. */
function guarded(responses: Part): Part {
  return {
    ...responses,
    401: error('The token is missing or wrong.'),
    403: error('The server has no console token.'),
    503: error('The records cannot be read, or the server is being stopped.'),
  };
}

/** Tokens of console.access open these as well, with `rows` for the repository. */
function forRows(responses: Part): Part {
  const forbidden = error('The server has no console token, or the token may not read rows of the repository.');
  return { ...guarded(responses), 403: forbidden };
}

function parameter(name: string, schema: Part, description?: string): Part {
  return { name, in: 'query', required: false, schema, ...(description === undefined ? {} : { description }) };
}

function idOfPath(): Part {
  return { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
}
