import { randomBytes } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { type Refusal, refusal, sendAnswer } from './answer.ts';
import { pageAnswer } from './pages/layout.ts';
import { problemPage } from './pages/problem-page.ts';
import type { Viewer } from './pages/session.ts';
import { refusalOf } from './problem-status.ts';
import { mountRoutes, type Route } from './route.ts';

/** A part of the console, a router each: health, the API, later pages. */
export interface Area {
  /** Stands before every path that begins so, also one that does not exist. */
  readonly guard?: { readonly prefix: string; readonly handler: RequestHandler };
  readonly routes: readonly Route[];
}

/** pino's logger fits. */
export interface ConsoleLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Of every answer; a page's own answer names another content policy. */
const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The console port: health, metrics, the API and the pages. It approves nothing; the hook port knows nothing of it.
 * Cookies and redirects belong to the pages alone.
 */
export function createConsoleApp(areas: readonly Area[], log: ConsoleLog, pages?: Router): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.use(logged(log));
  for (const { guard, routes } of areas) {
    if (guard !== undefined) app.use(guard.prefix, guard.handler);
    const router = Router({ strict: true, caseSensitive: true });
    mountRoutes(router, routes);
    app.use(router);
  }
  if (pages !== undefined) app.use(pages);
  const refuse = pages === undefined ? refuseInJson : refuseAsAsked;
  app.use((request, response) => {
    const problem = { code: 'no-such-path', message: 'There is nothing at this path.', hint: 'See GET /openapi.json.' };
    refuse(request, response, { status: 404, problem });
  });
  app.use(onError(log, refuse));
  return app;
}

/** One line for each request, at debug for health and metrics, which come all day; the path without its query. */
function logged(log: ConsoleLog): RequestHandler {
  return (request, response, next) => {
    const id = randomBytes(8).toString('hex');
    const startedAt = performance.now();
    for (const [name, value] of Object.entries({ ...HEADERS, 'X-Request-Id': id })) response.setHeader(name, value);
    response.locals['request'] = id;
    const { method, path } = request;
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      const status = response.writableFinished ? response.statusCode : 499;
      const decision = response.getHeader('X-Sluice-Decision');
      const fields = { request: id, decision, method, path: path.slice(0, 200), status, durationMs };
      if (path.startsWith('/api/')) log.info(fields, 'console request');
      else log.debug(fields, 'console request');
    });
    next();
  };
}

type Refuse = (request: Request, response: Response, refused: Refusal) => void;

const refuseInJson: Refuse = (_request, response, { status, problem, headers }) =>
  sendAnswer(response, refusal(status, problem, headers));

/** A person's browser gets a page; programs, and all who call the API, get JSON. */
const refuseAsAsked: Refuse = (request, response, refused) => {
  if (request.path.startsWith('/api/') || request.accepts(['json', 'html']) !== 'html') {
    return refuseInJson(request, response, refused);
  }
  const { status, problem, headers } = refused;
  const viewer = (response.locals['viewer'] ?? null) as Viewer | null;
  const page = problemPage({ status, problem, request: String(response.locals['request']), viewer });
  sendAnswer(response, pageAnswer(status, page, headers));
};

/** What a handler threw, or body-parser, whose errors carry the status they mean. */
function onError(log: ConsoleLog, refuse: Refuse): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
    if (status === 413) {
      const problem = { code: 'payload-too-large', message: 'The body is larger than this path takes.' };
      return refuse(request, response, { status, problem, headers: { Connection: 'close' } });
    }
    if (status >= 400 && status < 500) {
      const problem = { code: 'request-invalid', message: 'The request is torn or malformed.' };
      return refuse(request, response, { status: 400, problem });
    }
    const refused = refusalOf(error);
    if (refused.status >= 500) log.error({ err: error, request: response.locals['request'] }, 'console request failed');
    refuse(request, response, refused);
  };
}
