import type { RequestHandler } from 'express';
import { createAuthenticate } from '../../authenticate.ts';
import { refusal, sendAnswer } from '../answer.ts';
import { type AccessRule, OPERATOR, viewerOf } from '../pages/access.ts';

/**
 * Lets in who carries a console token; with none configured, nobody. Tokens of 16 characters or more. A token of an
 * access rule opens the paths that are for viewers, and is nothing elsewhere.
 */
export function onlyWithToken(
  tokens: readonly string[],
  rules: readonly AccessRule[] = [],
  isForViewers: (path: string) => boolean = () => false,
): RequestHandler {
  const operators = forOperators(tokens);
  const viewers = rules.flatMap((rule, index) =>
    rule.token === undefined ? [] : [{ isShown: createAuthenticate([rule.token]), viewer: viewerOf(rule, index) }],
  );
  return (request, response, next) => {
    const { authorization } = request.headers;
    const path = `${request.baseUrl}${request.path}`;
    const known = isForViewers(path) ? viewers.find(({ isShown }) => isShown(authorization)) : undefined;
    response.locals['viewer'] = known?.viewer ?? OPERATOR;
    if (known !== undefined) return next();
    return operators(request, response, next);
  };
}

function forOperators(tokens: readonly string[]): RequestHandler {
  if (tokens.length === 0) {
    return (_request, response) => {
      const message = 'The API is closed: this server has no console token.';
      const hint = 'Set SLUICE_CONSOLE_TOKEN (console.token) on the server and send it as Authorization: Bearer.';
      sendAnswer(response, refusal(403, { code: 'api-closed', message, hint }));
    };
  }
  const authenticate = createAuthenticate(tokens);
  return (request, response, next) => {
    if (authenticate(request.headers.authorization)) return next();
    const problem = {
      code: 'token-refused',
      message: 'The header Authorization carries no token of the console.',
      hint: 'Send Authorization: Bearer with the text of SLUICE_CONSOLE_TOKEN, which is not the token of the hook.',
    };
    sendAnswer(response, refusal(401, problem, { 'WWW-Authenticate': 'Bearer' }));
  };
}
