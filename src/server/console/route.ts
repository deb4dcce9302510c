import express, { type RequestHandler, type Router } from 'express';
import { suggestion } from '../../core/contract/nearest-word.ts';
import { callerSignal } from '../caller-signal.ts';
import { type Answer, refusal, sendAnswer } from './answer.ts';
import { readJsonBody } from './json-body.ts';
import type { Viewer } from './pages/session.ts';

/** One call of the console, as its handler sees it. */
export interface Call {
  /** Of the path: `{id}`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  /** Parsed JSON of a POST; undefined for a GET. */
  readonly body: unknown;
  /** Who calls, where that has been asked: below /api. */
  readonly viewer: Viewer | null;
  /** Aborts when the client leaves (`caller-gone`) or the route's deadline passes (`deadline-exceeded`). */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/api/v1/decisions/{id}`. */
  readonly path: string;
  /** Names of the query; another one is refused with the nearest of these. Null takes and ignores any. */
  readonly query: readonly string[] | null;
  /** Below /api: also for tokens of `console.access`, within what they may see. */
  readonly forViewers?: true;
  /** For calls that may take minutes, in which the connection is silent. */
  readonly deadlineMs?: number;
  /** A SluiceError that it throws is answered by its code; see problem-status.ts. */
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Adds the routes; HEAD comes with GET, OPTIONS names the methods, and every other method is refused with 405. */
export function mountRoutes(router: Router, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path);
    const at = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const route of own) {
      if (route.method === 'get') at.get(callOf(route));
      else at.post(express.raw({ type: () => true, limit: LARGEST_BODY, inflate: false }), callOf(route));
    }
    at.all(otherMethods(own));
  }
}

const SHORT_MS = 15_000;

/** A question about a merge is a few names. */
const LARGEST_BODY = 16 * 1024;

function callOf(route: Route): RequestHandler {
  return async (request, response) => {
    const query = readQuery(new URL(request.url, 'http://console').searchParams, route.query);
    if (query.kind === 'refused') return sendAnswer(response, query.answer);
    const body = route.method === 'post' ? readJsonBody(request.headers['content-type'], request.body) : NO_BODY;
    if (body.kind === 'refused') return sendAnswer(response, body.answer);
    if (route.deadlineMs !== undefined) request.socket.setTimeout(0);
    const caller = callerSignal(response, route.deadlineMs ?? SHORT_MS);
    try {
      const path = Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)]));
      const viewer = (response.locals['viewer'] ?? null) as Viewer | null;
      const call = { path, query: query.values, body: body.value, viewer, signal: caller.signal };
      sendAnswer(response, await route.handle(call));
    } finally {
      caller.done();
    }
  };
}

const NO_BODY = { kind: 'body', value: undefined } as const;

type Query =
  | { readonly kind: 'query'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly answer: Answer };

/** Each name once, and only known ones: a misspelt filter must not look like "all of them". */
function readQuery(given: URLSearchParams, known: readonly string[] | null): Query {
  if (known === null) return { kind: 'query', values: new Map() };
  const names = [...given.keys()];
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const hint = known.length === 0 ? 'This path takes none.' : suggestion(stranger, known);
    const message = `There is no query parameter \`${stranger.slice(0, 40)}\` here.`;
    return { kind: 'refused', answer: refusal(400, { code: 'parameter-unknown', message, hint }) };
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    const message = `The query parameter \`${repeated}\` is given twice.`;
    return { kind: 'refused', answer: refusal(400, { code: 'parameter-repeated', message }) };
  }
  return { kind: 'query', values: new Map(given) };
}

function otherMethods(routes: readonly Route[]): RequestHandler {
  const methods = routes.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : ['POST']));
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allow });
      response.end();
      return;
    }
    const message = `${request.method} is not for this path.`;
    const problem = { code: 'method-not-allowed', message, hint: `Allowed here: ${allow}.` };
    sendAnswer(response, refusal(405, problem, { Allow: allow }));
  };
}
