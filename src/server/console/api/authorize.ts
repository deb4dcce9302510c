import type { RequestHandler } from 'express';
import { createAuthenticate } from '../../authenticate.ts';
import { refusal, sendAnswer } from '../answer.ts';

/** Lets in who carries a console token; with none configured, nobody. Tokens of 16 characters or more. */
export function onlyWithToken(tokens: readonly string[]): RequestHandler {
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
