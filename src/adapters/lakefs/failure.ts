import { SluiceError } from '../../core/problem.ts';

/** A failed call, and whether asking again may help. */
export interface CallFailure {
  readonly error: SluiceError;
  readonly transient: boolean;
}

/** What was asked, in words for people, e.g. `the commit 1a2b… of lake`. */
export interface Asked {
  readonly what: string;
  readonly base: string;
}

/** An answer with a status other than 200. `detail` is lakeFS's own message, already cleaned. */
export function statusFailure(asked: Asked, status: number, detail: string | null): CallFailure {
  const said = detail === null ? '' : `: ${detail}`;
  if (status >= 300 && status < 400) return final(redirect(asked, status));
  if (status === 401 || status === 403) return final(unauthorized(asked, status, said));
  if (status === 404 || status === 410) {
    return final({
      code: 'lakefs-not-found',
      message: `lakeFS does not have ${asked.what} (status ${status}${said}).`,
      hint:
        'See that every name is right: it may be spelled otherwise, be deleted, or be on another lakeFS server. (lakeFS does ' +
        'not find a commit for some ten minutes after it was cherry-picked: then try again.)',
    });
  }
  return {
    transient: status === 429 || status >= 500,
    error: new SluiceError({
      code: 'lakefs-error',
      message: `lakeFS answered status ${status} when asked for ${asked.what}${said}.`,
      hint:
        status === 429
          ? 'The server is limiting requests: try again later.'
          : 'Look at the log of the lakeFS server, then try again.',
    }),
  };
}

/** Nothing usable came back: refused, reset, unknown host, broken TLS, cut short. */
export function transportFailure(asked: Asked, cause: unknown): CallFailure {
  const code = causeCode(cause);
  return {
    transient: true,
    error: new SluiceError(
      {
        code: 'lakefs-unreachable',
        message: `lakeFS at ${asked.base} could not be reached for ${asked.what}${code === null ? '' : ` (${code})`}.`,
        hint: 'Check that the server is running and that SLUICE_LAKEFS_URL is right.',
      },
      { cause },
    ),
  };
}

export function timeoutFailure(asked: Asked, timeoutMs: number, cause: unknown): CallFailure {
  return {
    transient: true,
    error: new SluiceError(
      {
        code: 'lakefs-timeout',
        message: `lakeFS at ${asked.base} took longer than ${timeoutMs} ms to answer for ${asked.what}.`,
        hint: 'The server may be overloaded: try again later.',
      },
      { cause },
    ),
  };
}

/** The caller gave up (deadline, client gone, shutdown); never a statement about lakeFS. */
export function cancelled(asked: Asked, cause: unknown): SluiceError {
  return new SluiceError(
    { code: 'cancelled', message: `The call to lakeFS for ${asked.what} was cancelled.` },
    { cause },
  );
}

export function badAnswer(asked: Asked, fault: string, cause?: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'lakefs-bad-answer',
      message: `lakeFS gave an answer for ${asked.what} that cannot be trusted: ${fault}.`,
      hint: 'Check that SLUICE_LAKEFS_URL names a lakeFS server and that nothing on the way changes its answers.',
    },
    cause === undefined ? undefined : { cause },
  );
}

/** A page of the web UI, a login form or a proxy's error page in place of JSON. */
export function notAnApi(asked: Asked, contentType: string): SluiceError {
  return new SluiceError({
    code: 'lakefs-not-an-api',
    message: `${asked.base} answered for ${asked.what} with ${JSON.stringify(contentType.slice(0, 60))}, not with JSON.`,
    hint: 'SLUICE_LAKEFS_URL probably leads to a login page, a proxy or another service.',
  });
}

function redirect(asked: Asked, status: number): ConstructorParameters<typeof SluiceError>[0] {
  return {
    code: 'lakefs-redirect',
    message: `${asked.base} answered status ${status} (a redirect) for ${asked.what}; redirects are never followed.`,
    hint: 'Set SLUICE_LAKEFS_URL to the address that answers itself (https instead of http, or without the proxy).',
  };
}

function unauthorized(asked: Asked, status: number, said: string): ConstructorParameters<typeof SluiceError>[0] {
  return {
    code: 'lakefs-unauthorized',
    message: `lakeFS refused ${status === 401 ? "Sluice's credentials for " : ''}${asked.what} (status ${status}${said}).`,
    hint:
      status === 401
        ? 'Check the access key and the secret, and which permissions they give.'
        : 'Judging needs fs:ReadRepository, fs:ReadCommit, fs:ListObjects and fs:ReadObject; setting up and trying the gate also needs to write.',
  };
}

function final(problem: ConstructorParameters<typeof SluiceError>[0]): CallFailure {
  return { error: new SluiceError(problem), transient: false };
}

function causeCode(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : null;
}
