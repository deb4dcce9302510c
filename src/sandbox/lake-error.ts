/** What went wrong, in the words that decide the HTTP status on both borders (REST and S3). */
export type LakeErrorKind =
  | 'not-found'
  | 'invalid'
  | 'exists'
  | 'conflict'
  | 'forbidden'
  | 'gone'
  | 'precondition'
  | 'raced'
  | 'too-many-tries'
  | 'aborted'
  | 'broken';

const STATUS: Readonly<Record<LakeErrorKind, number>> = {
  'not-found': 404,
  invalid: 400,
  exists: 409,
  conflict: 409,
  forbidden: 403,
  gone: 410,
  precondition: 412,
  raced: 500,
  'too-many-tries': 429,
  aborted: 412,
  broken: 500,
};

/** A refusal with the text that lakeFS's own client would show. */
export class LakeError extends Error {
  readonly kind: LakeErrorKind;
  readonly status: number;

  constructor(kind: LakeErrorKind, message: string, status: number = STATUS[kind]) {
    super(message);
    this.name = 'LakeError';
    this.kind = kind;
    this.status = status;
  }
}

/** The same refusal with lakeFS's context before its text, e.g. `update branch main: no changes`; but a 429 stands alone. */
export function withContext(context: string, error: unknown): unknown {
  if (!(error instanceof LakeError) || error.kind === 'too-many-tries') return error;
  return new LakeError(error.kind, `${context}: ${error.message}`, error.status);
}
