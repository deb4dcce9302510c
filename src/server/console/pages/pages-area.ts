import { randomBytes } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { sendAnswer } from '../answer.ts';
import { type Access, type AccessOptions, createAccess } from './access.ts';
import { messagePage, pageAnswer } from './layout.ts';
import { loginPage } from './login-page.ts';
import type { PageCall, PageResult } from './page-call.ts';
import { cookieValue, SESSION_MS, sealSession } from './session.ts';
import { createViews, type ViewDependencies } from './views.ts';

export interface PagesDependencies extends ViewDependencies {
  readonly access: Omit<AccessOptions, 'sessionKey' | 'now'>;
  /** Cookies go over https alone. */
  readonly secure: boolean;
}

const COOKIE = 'sluice_session';
const PAGE_MS = 15_000;

/** The pages for people. Everything but the login needs a viewer. */
export function pagesRouter(dependencies: PagesDependencies): Router {
  const sessionKey = randomBytes(32);
  const access = createAccess({ ...dependencies.access, sessionKey, now: dependencies.now });
  const router = Router({ strict: true, caseSensitive: true });
  const form = express.urlencoded({ extended: false, limit: 4_096, parameterLimit: 10 });
  router.get('/login', (request, response) => {
    send(response, 200, loginPage({ next: localPath(queryOf(request).get('next')), refused: false }));
  });
  router.post('/login', onlyFromHere, form, logIn(access, sessionKey, dependencies));
  router.post('/logout', onlyFromHere, (_request, response) => {
    response.setHeader('Set-Cookie', cookie('', 0, dependencies.secure));
    redirect(response, '/login');
  });
  for (const [path, view] of Object.entries(createViews(dependencies))) router.get(path, show(view, access));
  router.get(/^\/(?!api\/)/, (request, response, next) => {
    // Programs go on to an answer in JSON.
    if (request.accepts(['json', 'html']) !== 'html') return next();
    return show(() => null, access)(request, response, next);
  });
  return router;
}

function show(view: (call: PageCall) => PageResult | Promise<PageResult>, access: Access): RequestHandler {
  return async (request, response) => {
    const viewer = access.viewer({
      cookie: cookieValue(request.headers.cookie, COOKIE),
      headers: request.headers,
      address: request.socket.remoteAddress ?? '',
    });
    if (viewer === null) return askForLogin(request, response, access);
    // For the page about what goes wrong from here on.
    response.locals['viewer'] = viewer;
    const path = Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)]));
    const call = { viewer, path, query: queryOf(request), signal: AbortSignal.timeout(PAGE_MS) };
    const result = await view(call);
    if (result === null)
      return send(
        response,
        404,
        messagePage('Not found', 'There is nothing at this address, or nothing that you may see.', viewer),
      );
    if (!('page' in result)) return sendAnswer(response, result);
    if (result.refreshSeconds !== undefined) response.setHeader('Refresh', String(result.refreshSeconds));
    send(response, result.status ?? 200, result.page);
  };
}

function askForLogin(request: Request, response: Response, access: Access): void {
  if (access.isConfigured) {
    redirect(response, `/login?next=${encodeURIComponent(localPath(request.url))}`);
    return;
  }
  const sentence =
    'Set SLUICE_CONSOLE_TOKEN (console.token) on the server to open the console. Health and metrics need no token.';
  send(response, 403, messagePage('The console is closed', sentence, null));
}

function logIn(access: Access, sessionKey: Buffer, { secure, now }: PagesDependencies): RequestHandler {
  return (request, response) => {
    const fields = request.body as Readonly<Record<string, unknown>> | undefined;
    const next = localPath(typeof fields?.['next'] === 'string' ? fields['next'] : null);
    const token = typeof fields?.['token'] === 'string' ? fields['token'].trim() : '';
    const entry = access.entryOf(token);
    if (entry === null) return send(response, 401, loginPage({ next, refused: true }));
    const session = sealSession({ entry, expiresAt: now() + SESSION_MS }, sessionKey);
    response.setHeader('Set-Cookie', cookie(session, SESSION_MS / 1000, secure));
    redirect(response, next);
  };
}

/** Browsers name where a form comes from; a form of another site must log nobody in or out. */
const onlyFromHere: RequestHandler = (request, response, next) => {
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  // Our pages send no referrer, so their forms come with the origin `null`; the newer header tells more.
  const isOwn =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.headers.host)
      : site === 'same-origin' || site === 'none';
  if (isOwn) return next();
  send(response, 403, messagePage('Refused', 'This form does not come from the console.', null));
};

/** A path of this console and nothing that a browser could read as another server. */
function localPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])[\w\-./?=&%+:~,*]*$/.test(path) && !path.startsWith('/login') ? path : '/';
}

function cookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** See Other: the browser goes on with GET. Hooks never come here; the hook has a port of its own. */
function redirect(response: Response, path: string): void {
  response.setHeader('Location', path);
  sendAnswer(response, { status: 303, contentType: 'text/plain; charset=utf-8', body: '' });
}

function send(response: Response, status: number, body: string): void {
  sendAnswer(response, pageAnswer(status, body));
}

function queryOf(request: Request): URLSearchParams {
  return new URL(request.url, 'http://console').searchParams;
}
