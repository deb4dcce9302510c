/**
 * Turns DuckDB's messages into ours. DuckDB quotes what it stumbles over: a cast shows the value, a CSV error the whole
 * line. So a message about data is never passed on; what it is known to say is said again in our words. Messages about
 * the statement (names, types, syntax) hold no data and stay, and so do, word for word, those that are the same for all data.
 */
import { basename } from 'node:path';
import { SluiceError } from '../../core/problem.ts';
import type { Exit } from './engine-process.ts';

/** Longest message shown. */
const MAX_MESSAGE = 300;

/** After one of these DuckDB refuses everything else: the session has to end. */
export function isFatal(message: string): boolean {
  return /^(FATAL|INTERNAL) Error/.test(message);
}

/** DuckDB stopped because it was asked to. */
export function isInterrupt(message: string): boolean {
  return message.startsWith('INTERRUPT Error');
}

/**
 * The error of a statement that failed: `engine-memory` when a limit was hit, `engine-died` when DuckDB gave itself up,
 * `engine-unsupported` when a file is good and DuckDB cannot read it, `engine-input` when a file's bytes are to blame, else
 * `engine-query`.
 *
 * DuckDB's own error is not kept as the cause: loggers print causes, and it quotes rows.
 *
 * @param files the files of the session; their names (not their folders) may appear in the message
 */
export function queryFailed(message: string, files: readonly string[]): SluiceError {
  if (isFatal(message)) return engineDied({ how: 'DuckDB invalidated itself', stderr: '' });
  if (/^Out of Memory Error|bad[ _]alloc/i.test(message)) {
    return new SluiceError({
      code: 'engine-memory',
      message: 'The statement needs more memory or spill space than the engine may use.',
      hint: 'Raise the memory or spill limit of the engine, or make the rule cheaper.',
    });
  }
  const feature = UNSUPPORTED.find(([pattern]) => pattern.test(message))?.[1];
  if (feature !== undefined) {
    return new SluiceError({
      code: 'engine-unsupported',
      message: `DuckDB cannot read this feature of Parquet: ${feature}${placeOf(message, files)}.`,
      hint: 'The file need not be damaged: write it again without this feature.',
    });
  }
  return new SluiceError({
    code: isAboutContent(message) ? 'engine-input' : 'engine-query',
    message: describe(message, files).slice(0, MAX_MESSAGE),
    hint: 'The data cannot be read as the contract says, or the statement does not fit the data.',
  });
}

/** What valid files may have that DuckDB does not read. The patterns leave no room for data. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [
    /^Invalid Error: BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data$/,
    'the encoding BYTE_STREAM_SPLIT of a column that is not FLOAT or DOUBLE',
  ],
  [
    /^Invalid Error: Delta Length Byte Array encoding is only supported for string\/blob data$/,
    'the encoding DELTA_LENGTH_BYTE_ARRAY of a column that is not text or binary',
  ],
  [/Unsupported compression codec "LZO"\. Supported options are uncompressed, /, 'the compression LZO'],
];

/** The bytes of a file are not what they should be: the data is bad, and the engine is well. */
function isAboutContent(message: string): boolean {
  if (ABOUT_THE_STATEMENT.test(message)) return false;
  return ABOUT_CONTENT.test(message);
}

const ABOUT_CONTENT =
  /No magic bytes|too small to be a Parquet|Footer length error|is encrypted|don't know what type|TProtocolException|decompress|Snappy|ZSTD|corrupt|GZIP|not utf-8|unicode|CSV Error|CSV Parser|sniffing file|Failed to read file|Invalid Input Error: .*(page|column chunk|Parquet|parquet)/i;

/** The process is gone; everything that was asked of it stays unanswered. */
export function engineDied(exit: Exit): SluiceError {
  return new SluiceError(
    {
      code: 'engine-died',
      message: `The engine process ended before it answered (${exit.how}).`,
      hint: 'A crafted or damaged file can crash DuckDB, and the kernel ends processes when memory is short.',
    },
    { cause: exit.stderr === '' ? undefined : new Error(exit.stderr) },
  );
}

/** Why a statement was stopped from outside. */
export type Stop =
  | { readonly kind: 'deadline'; readonly ms: number }
  | { readonly kind: 'aborted'; readonly reason: unknown };

/** `engine-deadline` when time ran out, here or at the caller; `engine-aborted` when nobody wants the answer any more. */
export function stopped(stop: Stop): SluiceError {
  const timedOut = stop.kind === 'deadline' || (stop.reason instanceof Error && stop.reason.name === 'TimeoutError');
  const cause = stop.kind === 'aborted' ? stop.reason : undefined;
  if (!timedOut) {
    return new SluiceError({ code: 'engine-aborted', message: 'The statement was stopped by its caller.' }, { cause });
  }
  const limit = stop.kind === 'deadline' ? ` of ${stop.ms} ms` : '';
  return new SluiceError(
    {
      code: 'engine-deadline',
      message: `The statement did not end within its deadline${limit}.`,
      hint: 'Raise the deadline, or make the rule cheaper.',
    },
    { cause },
  );
}

/** Classes whose messages speak of the statement and not of the data. */
const ABOUT_THE_STATEMENT = /^(Parser|Binder|Catalog|Not implemented) Error/;

function describe(message: string, files: readonly string[]): string {
  if (ABOUT_THE_STATEMENT.test(message)) return withoutPaths(message.split('\n\nLINE')[0] ?? '', files);
  const kind = /^([A-Z][A-Za-z ]*?) ?Error/.exec(message)?.[1] ?? 'Unknown';
  const reason =
    KNOWN_REASONS.find(([pattern]) => pattern.test(message))?.[1] ??
    'the statement failed (the words of DuckDB may quote rows and are left out)';
  return `DuckDB ${kind} Error: ${reason}${placeOf(message, files)}`;
}

/** `, in 000000.csv, line 3` */
function placeOf(message: string, files: readonly string[]): string {
  const file = files.find((path) => message.includes(path));
  const line = /\bon Line: (\d+)/.exec(message)?.[1];
  return `${file === undefined ? '' : `, in ${basename(file)}`}${line === undefined ? '' : `, line ${line}`}`;
}

/** What DuckDB is known to say about data, and how we say it. */
const KNOWN_REASONS: readonly (readonly [RegExp, string])[] = [
  [/configuration has been locked/, 'the configuration is locked'],
  [/file system operations are disabled|Permission Error/, 'access to something outside of this run was refused'],
  [/No magic bytes|too small to be a Parquet|Footer length error/, 'the file is not Parquet, or cut short'],
  [/is encrypted/, 'the Parquet file is encrypted'],
  [/Unsupported compression codec/, 'the Parquet file names a compression that DuckDB does not know'],
  [/Unsupported page encoding$/, 'a page of the Parquet file has an encoding that DuckDB does not know'],
  [
    /RLE encoding is only supported for boolean data$/,
    'a page of the Parquet file has RLE encoding and is not boolean',
  ],
  [/don't know what type|TProtocolException|decompress|Snappy|ZSTD|corrupt/i, 'the Parquet file is damaged'],
  [/schema mismatch/, 'the files do not have the same columns'],
  [/No files found|No such file|Cannot open file/, 'a file is missing or cannot be opened'],
  [/No space left|Disk full/i, 'the disk is full'],
  [/GZIP|gzip/, 'the file is not valid gzip'],
  [/not utf-8|unicode|UTF-8/i, 'the text is not valid in its encoding'],
  [/Expected Number of Columns/, 'a CSV line has another number of fields than expected'],
  [/CSV Error/, 'a CSV line cannot be read'],
  [/JSON/, 'the JSON cannot be read'],
  [/^Out of Range Error|overflow|out of range/i, 'a number is out of range'],
  [/division by zero|divide by zero/i, 'division by zero'],
  [
    /^Conversion Error|failed to cast|could not convert|could not parse/i,
    'a value does not fit the type it is cast to',
  ],
];

function withoutPaths(message: string, files: readonly string[]): string {
  const named = files.reduce((text, path) => text.replaceAll(path, basename(path)), message);
  return named.replaceAll(/(^|[\s"'(=])(?:file:\/\/)?\/[^\s"')]+/g, '$1<path>').replaceAll(/\s*\n\s*/g, ' ');
}
