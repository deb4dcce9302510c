import { SluiceError } from '../../core/problem.ts';

/** A failed transfer, and whether another try may succeed. */
export interface TransferFailure {
  readonly error: SluiceError;
  readonly transient: boolean;
}

/** What the gateway or the connection to it threw. `path` is the object's path in the repository. */
export function requestFailure(path: string, thrown: unknown): TransferFailure {
  const status = httpStatus(thrown);
  const cause = withoutResponse(thrown);
  if (status === null) return localFailure(path, cause) ?? unreachable(path, cause);
  if (status >= 300 && status < 400) return final(cause, redirect(path, status));
  if (status === 401 || status === 403) return final(cause, unauthorized(path, status));
  if (status === 404 || status === 410) {
    return final(cause, {
      code: 'object-missing',
      message: `The object ${path} is in the listing, but lakeFS cannot give it (status ${status}).`,
      hint: 'Its data may have been removed by garbage collection or in the object store: upload it again.',
    });
  }
  return {
    transient: status === 429 || status >= 500,
    error: new SluiceError(
      {
        code: 'gateway-error',
        message: `The S3 gateway of lakeFS answered status ${status} for the object ${path}.`,
        hint: 'Look at the log of the lakeFS server, then try the merge again.',
      },
      { cause },
    ),
  };
}

/** Fewer bytes than the listing says: a broken connection, or an object cut short in the store. */
export function truncated(path: string, expected: number, received: number, cause?: unknown): TransferFailure {
  return {
    transient: true,
    error: new SluiceError(
      {
        code: 'object-truncated',
        message: `The object ${path} ended after ${received} of ${expected} bytes.`,
        hint: 'If a second try fails too, the data in the object store is damaged: upload the object again.',
      },
      cause === undefined ? undefined : { cause },
    ),
  };
}

/** More bytes, or another Content-Length, than the listing says: listing and data disagree for good. */
export function wrongLength(path: string, expected: number, found: string): TransferFailure {
  return final(undefined, {
    code: 'object-length',
    message: `The object ${path} has ${found}, but its listing says ${expected} bytes.`,
    hint: 'The size was given by the client that linked the object, or the data was overwritten: upload it again.',
  });
}

/** Somebody wrote to the branch between its listing and this read. */
export function changed(path: string): TransferFailure {
  return final(undefined, {
    code: 'object-changed',
    message: `The object ${path} was replaced on the branch while it was read.`,
    hint: 'Try again when nobody writes to the branch.',
  });
}

/** A page of the web UI or of a proxy: lakeFS itself always sends an ETag. */
export function notAGateway(path: string, contentType: string): TransferFailure {
  return final(undefined, {
    code: 'gateway-not-s3',
    message: `The answer for the object ${path} (${JSON.stringify(contentType.slice(0, 60))}) is not from an S3 gateway.`,
    hint: 'SLUICE_LAKEFS_URL probably leads to a login page or a proxy that drops the signature.',
  });
}

export function stalled(path: string, stallTimeoutMs: number, cause: unknown): TransferFailure {
  return {
    transient: true,
    error: new SluiceError(
      {
        code: 'gateway-timeout',
        message: `The S3 gateway of lakeFS sent nothing of the object ${path} for ${stallTimeoutMs} ms.`,
        hint: 'The server or the object store behind it may be overloaded: try the merge again later.',
      },
      { cause },
    ),
  };
}

/** The caller gave up (deadline, client gone, shutdown). */
export function cancelled(cause: unknown): SluiceError {
  return new SluiceError({ code: 'cancelled', message: 'Reading the objects was cancelled.' }, { cause });
}

const DISK_CODES = [
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
];

/** A failure of our own disk, or null when it is none. Never names local paths: the text may reach a report. */
function localFailure(path: string, cause: unknown): TransferFailure | null {
  const code = errorCode(cause);
  if (code === null || !DISK_CODES.includes(code)) return null;
  // A firewall's refusal has a code of the same name.
  if (cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect') return null;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return final(cause, {
    code: full ? 'objects-disk-full' : 'objects-disk',
    message: `The object ${path} could not be stored on Sluice's disk (${code}).`,
    hint: full ? 'Give SLUICE_STATE_DIR more room, or lower the cache size.' : 'Check SLUICE_STATE_DIR and its rights.',
  });
}

function unreachable(path: string, cause: unknown): TransferFailure {
  const code = errorCode(cause);
  return {
    transient: true,
    error: new SluiceError(
      {
        code: 'gateway-unreachable',
        message: `The connection to the S3 gateway of lakeFS failed for the object ${path}${code === null ? '' : ` (${code})`}.`,
        hint: 'Check that the server is running and that SLUICE_LAKEFS_URL is right.',
      },
      { cause },
    ),
  };
}

function redirect(path: string, status: number): ConstructorParameters<typeof SluiceError>[0] {
  return {
    code: 'gateway-redirect',
    message: `The S3 gateway answered status ${status} (a redirect) for the object ${path}; redirects are never followed.`,
    hint: 'Set SLUICE_LAKEFS_URL to the address that answers itself (https instead of http, or without the proxy).',
  };
}

function unauthorized(path: string, status: number): ConstructorParameters<typeof SluiceError>[0] {
  return {
    code: 'gateway-unauthorized',
    message: `The S3 gateway of lakeFS refused Sluice's credentials for the object ${path} (status ${status}).`,
    hint: 'Check the access key; Sluice needs fs:ReadObject on the repository, and a clock that is right.',
  };
}

function final(cause: unknown, problem: ConstructorParameters<typeof SluiceError>[0]): TransferFailure {
  return { transient: false, error: new SluiceError(problem, cause === undefined ? undefined : { cause }) };
}

/**
 * The SDK hangs the whole response on its errors: sockets, and the request with its signature. None of that may reach
 * a log through the cause.
 */
function withoutResponse(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('$response' in thrown || '$metadata' in thrown)) return thrown;
  const cause = new Error(thrown.message);
  cause.name = thrown.name;
  const code = errorCode(thrown);
  return code === null ? cause : Object.assign(cause, { code });
}

/** The AWS SDK hangs the status on its errors, parsed body or not. */
function httpStatus(cause: unknown): number | null {
  if (typeof cause !== 'object' || cause === null) return null;
  const { $metadata: metadata, $response: response } = cause as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly statusCode?: number };
  };
  return metadata?.httpStatusCode ?? response?.statusCode ?? null;
}

function errorCode(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : null;
}
