import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { type ParsedHookEvent, parseHookEvent } from '../core/event/parse-hook-event.ts';
import { formatProblem, type Problem, SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import type { Deliveries } from '../gate/deliver.ts';
import type { DeliveryLog } from '../gate/delivery-record.ts';
import type { Decision, DecisionStore } from '../gate/record-ports.ts';
import { untilDeadline } from '../gate/run-deadline.ts';
import type { Authenticate } from './authenticate.ts';
import { type CallerSignal, callerSignal } from './caller-signal.ts';
import { type DeadlineLimits, readDeadline } from './read-deadline.ts';
import { sendApproval, withDecisionId } from './send-approval.ts';
import { type RefusalStatus, sendRefusal } from './send-refusal.ts';

export const HOOK_PATH = '/hooks/lakefs';

/** lakeFS's own payload has half a kibibyte; commit messages and metadata may add to it. */
const LARGEST_BODY = 64 * 1024;

export interface HookAppDependencies {
  readonly authenticate: Authenticate;
  readonly deadlines: DeadlineLimits;
  readonly deliveries: Pick<Deliveries, 'deliver'>;
  readonly store: Pick<DecisionStore, 'get'>;
  readonly renderText: (report: Report) => string;
  readonly log: DeliveryLog;
  /** Told of every refused request, by its status. */
  readonly onRefused?: (status: number) => void;
}

/**
 * The hook port. It answers `POST /hooks/lakefs` and refuses everything else, OPTIONS and HEAD included, because lakeFS
 * takes any 2xx, from any path and after any redirect, for an approval. Guards in order: path, method, content type,
 * token, deadline, size, JSON, schema.
 */
export function createHookApp(dependencies: HookAppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.all(
    HOOK_PATH,
    logRefusals(dependencies),
    onlyPost,
    onlyJson,
    onlyWithToken(dependencies),
    onlyWithDeadline(dependencies),
    express.raw({ type: () => true, limit: LARGEST_BODY, inflate: false }),
    receive(dependencies),
  );
  app.use((_request, response) => {
    refuse(response, 404, [{ code: 'no-such-path', message: `Only ${HOOK_PATH} is served here.` }]);
  });
  app.use(onError(dependencies));
  return app;
}

/** A refused request is no delivery and has no record, but a merge may be blocked by it: the log is where that shows. */
function logRefusals({ log, onRefused }: HookAppDependencies): RequestHandler {
  return (request, response, next) => {
    const from = request.socket.remoteAddress;
    response.once('finish', () => {
      const codes = response.locals['refused'] as readonly string[] | undefined;
      if (codes !== undefined) {
        log.error({ status: response.statusCode, codes, from }, 'request refused');
        onRefused?.(response.statusCode);
      }
    });
    next();
  };
}

const onlyPost: RequestHandler = (request, response, next) => {
  if (request.method === 'POST') return next();
  const problem = { code: 'method-not-allowed', message: `${HOOK_PATH} takes POST and nothing else.` };
  refuse(response, 405, [problem], { Allow: 'POST' });
};

const onlyJson: RequestHandler = (request, response, next) => {
  const [type = '', charset = 'charset=utf-8'] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const utf8 = /^charset="?utf-8"?$/.test(charset);
  if (type === 'application/json' && utf8 && encoding === 'identity') return next();
  const message = 'The body must be application/json in UTF-8, not compressed.';
  refuse(response, 415, [{ code: 'content-type-unsupported', message }]);
};

function onlyWithToken({ authenticate }: HookAppDependencies): RequestHandler {
  return (request, response, next) => {
    if (authenticate(request.headers.authorization)) return next();
    const problem = {
      code: 'token-refused',
      message: 'The header Authorization carries no token of this server.',
      hint:
        'The action file needs Authorization: "Bearer {{ ENV.LAKEFSACTION_SLUICE_TOKEN }}" (another prefix sends nothing), ' +
        'and the lakeFS server that variable, with the text of SLUICE_HOOK_TOKEN; it reads it when it starts.',
    };
    refuse(response, 401, [problem], { 'WWW-Authenticate': 'Bearer' });
  };
}

/** The time runs from the headers on, so that a slow body counts. */
function onlyWithDeadline({ deadlines }: HookAppDependencies): RequestHandler {
  return (request, response, next) => {
    const deadlineMs = readDeadline(new URL(request.url, 'http://hook').searchParams, deadlines);
    if (deadlineMs !== undefined) {
      response.locals['caller'] = callerSignal(response, deadlineMs);
      response.locals['deadlineAt'] = performance.now() + deadlineMs;
      return next();
    }
    const message = 'The query parameter deadline is no duration such as 4m50s.';
    refuse(response, 400, [{ code: 'deadline-invalid', message }]);
  };
}

function receive(dependencies: HookAppDependencies): RequestHandler {
  return async (request, response) => {
    const { caller, deadlineAt } = response.locals as { caller: CallerSignal; deadlineAt: number };
    try {
      const parsed = parseBody(request.body);
      if (parsed.kind === 'invalid') refuse(response, 400, parsed.problems);
      else {
        const decide = () => dependencies.deliveries.deliver(parsed.event, caller.signal);
        answer(response, await untilDeadline(deadlineAt, decide), dependencies);
      }
    } finally {
      caller.done();
    }
  };
}

function parseBody(body: unknown): ParsedHookEvent {
  let payload: unknown;
  try {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { kind: 'invalid', problems: [{ code: 'payload-not-json', message: 'The body is no JSON in UTF-8.' }] };
  }
  return parseHookEvent(payload);
}

/** The decision is final and on disk when this is called. */
function answer(response: Response, decision: Decision, { store, renderText }: HookAppDependencies): void {
  if (decision.state === 'approved') {
    sendApproval(response, decision.id, { store, renderText });
    return;
  }
  const report = JSON.parse(decision.report ?? 'null') as Report | null;
  const text = report === null ? 'UNDECIDED\n' : renderText(report);
  sendRefusal(response, {
    status: decision.status ?? 503,
    text: withDecisionId(text, decision.id),
    headers: { 'X-Sluice-Decision': decision.id },
  });
}

/** Express calls it for whatever a guard or a handler throws; what nobody foresaw is 503 and never a stack. */
function onError({ log }: HookAppDependencies): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    (response.locals['caller'] as CallerSignal | undefined)?.done();
    const status = httpStatus(error);
    if (status === 413) {
      const message = `The body is larger than ${LARGEST_BODY / 1024} KiB.`;
      refuse(response, 413, [{ code: 'payload-too-large', message }], { Connection: 'close' });
    } else if (status >= 400 && status < 500) {
      refuse(response, 400, [{ code: 'request-invalid', message: 'The request is torn or malformed.' }]);
    } else {
      log.error({ err: error }, 'request failed');
      const unknown = { code: 'internal-error', message: 'Sluice failed in a way it does not know; see its log.' };
      refuse(response, 503, [error instanceof SluiceError ? error.problem : unknown]);
    }
  };
}

/** body-parser's errors carry the status they mean. */
function httpStatus(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
}

function refuse(
  response: Response,
  status: RefusalStatus,
  problems: readonly Problem[],
  headers: Readonly<Record<string, string>> = {},
): void {
  response.locals['refused'] = problems.map(({ code }) => code);
  const text = `REFUSED\n\n${problems.map(formatProblem).join('\n')}\n`;
  sendRefusal(response, { status, text, headers });
}
