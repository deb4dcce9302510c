import { randomBytes } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import { refusal, sendAnswer } from './answer.ts';
import { answerTo } from './problem-status.ts';
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
  app.use((_request, response) => {
    const problem = { code: 'no-such-path', message: 'There is nothing at this path.', hint: 'See GET /openapi.json.' };
    sendAnswer(response, refusal(404, problem));
  });
  app.use(onError(log));
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

/** What a handler threw, or body-parser, whose errors carry the status they mean. */
function onError(log: ConsoleLog): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
    if (status === 413) {
      const problem = { code: 'payload-too-large', message: 'The body is larger than this path takes.' };
      return sendAnswer(response, refusal(413, problem, { Connection: 'close' }));
    }
    if (status >= 400 && status < 500) {
      const problem = { code: 'request-invalid', message: 'The request is torn or malformed.' };
      return sendAnswer(response, refusal(400, problem));
    }
    const answer = answerTo(error);
    if (answer.status >= 500) log.error({ err: error, request: response.locals['request'] }, 'console request failed');
    sendAnswer(response, answer);
  };
}
