import { describe, expect, it } from 'vitest';
import { engineDied, isFatal, queryFailed, stopped } from '../../../src/adapters/engine/failure.ts';

const FILES = ['/run/7f3a/000000.parquet', '/run/7f3a/000001.csv'];

function failed(message: string) {
  return queryFailed(message, FILES).problem;
}

describe("DuckDB's messages", () => {
  it.each([
    [`Conversion Error: Could not convert string 'SECRET' to INT32`],
    [`Conversion Error: Could not convert string 'x' column "SECRET" to INT32`],
    [`Invalid Input Error: CSV Error on Line: 3\nOriginal Line: 1,SECRET\nExpected Number of Columns: 3 Found: 2`],
    [`Invalid Input Error: JSON transform error in file "${FILES[1]}", in line 3: Failed to cast value: "SECRET"`],
    [`Constraint Error: Duplicate key "email: SECRET" violates primary key constraint`],
    [`Invalid Input Error: SECRET`],
    [`Unheard-of Error: SECRET`],
    [`SECRET`],
    [`Out of Range Error: Overflow in multiplication of SECRET`],
  ])('about data lose every value: %s', (message) => {
    const problem = failed(message);
    expect(JSON.stringify(problem)).not.toContain('SECRET');
  });

  it.each([
    [
      'Invalid Input Error: CSV Error on Line: 3\nExpected Number of Columns: 3 Found: 2',
      /another number of fields.*line 3/,
    ],
    [`Invalid Input Error: No magic bytes found at end of file '${FILES[0]}'`, /not Parquet.*in 000000\.parquet/],
    ["Conversion Error: Could not convert string 'x' to INT32", /does not fit the type/],
    ['Out of Range Error: Overflow in addition of INT64', /out of range/],
    ['IO Error: No space left on device', /disk is full/],
  ])('about data keep what helps: %s', (message, expected) => {
    expect(failed(message).message).toMatch(expected);
  });

  it('about the statement keep the names and lose the folders and the quoted statement', () => {
    const { message } = failed(
      `Binder Error: Referenced column "emial" not found in ${FILES[0]} or /home/me/x.db!\nCandidate bindings: "email"\n\nLINE 1: SELECT emial\n               ^`,
    );
    expect(message).toBe(
      'Binder Error: Referenced column "emial" not found in 000000.parquet or <path> Candidate bindings: "email"',
    );
  });

  it.each([
    ['Invalid Error: BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data', /BYTE_STREAM_SPLIT/],
    [
      'Invalid Error: Delta Length Byte Array encoding is only supported for string/blob data',
      /DELTA_LENGTH_BYTE_ARRAY/,
    ],
    [
      `Invalid Input Error: Failed to read file "${FILES[0]}": Unsupported compression codec "LZO". Supported options are uncompressed, brotli, gzip, lz4_raw, snappy or zstd`,
      /the compression LZO, in 000000\.parquet/,
    ],
  ])('about what valid files may have are no word against the file: %s', (message, expected) => {
    expect(failed(message)).toMatchObject({ code: 'engine-unsupported', message: expect.stringMatching(expected) });
  });

  it.each([
    [
      `Failed to read file "${FILES[0]}": Unsupported compression codec "77". Supported options are zstd`,
      /compression/,
    ],
    [`Invalid Error: Failed to read file "${FILES[0]}": Unsupported page encoding`, /an encoding that DuckDB/],
  ])('about what no file has are about damage: %s', (message, expected) => {
    expect(failed(message)).toMatchObject({ code: 'engine-input', message: expect.stringMatching(expected) });
  });

  it('of an author are never taken for those of a file', () => {
    const words = 'BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data';
    expect(failed(`Invalid Input Error: ${words}`).code).toBe('engine-query');
    expect(failed(`Invalid Error: ${words} SECRET`)).toMatchObject({ code: 'engine-query' });
  });

  it('are cut', () => {
    expect(failed(`Binder Error: ${'x'.repeat(5_000)}`).message).toHaveLength(300);
  });

  it.each([
    ['Out of Memory Error: could not allocate block of size 256.0 KiB (488.2 MiB/488.2 MiB used)', 'engine-memory'],
    ['Out of Memory Error: failed to offload data block of size 256.0 KiB', 'engine-memory'],
    ['std::bad_alloc', 'engine-memory'],
    ['INTERNAL Error: Attempted to access index 5', 'engine-died'],
    ['FATAL Error: Failed: database has been invalidated', 'engine-died'],
    ['Binder Error: no such thing', 'engine-query'],
  ])('are told apart: %s', (message, code) => {
    expect(failed(message).code).toBe(code);
  });

  it('that mean the end are known as such', () => {
    expect(['INTERNAL Error: x', 'FATAL Error: x', 'IO Error: INTERNAL Error'].map(isFatal)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('the end', () => {
  it('keeps what the process wrote as cause, not as message', () => {
    const error = engineDied({ how: 'signal SIGSEGV', stderr: 'row SECRET' });
    expect(error.problem.message).toContain('signal SIGSEGV');
    expect(JSON.stringify(error.problem)).not.toContain('SECRET');
    expect(error.cause).toMatchObject({ message: 'row SECRET' });
  });

  it.each([
    [{ kind: 'deadline', ms: 500 } as const, 'engine-deadline'],
    [{ kind: 'aborted', reason: new DOMException('late', 'TimeoutError') } as const, 'engine-deadline'],
    [{ kind: 'aborted', reason: new Error('client gone') } as const, 'engine-aborted'],
    [{ kind: 'aborted', reason: undefined } as const, 'engine-aborted'],
  ])('by the clock and by the caller have codes of their own: %j', (stop, code) => {
    expect(stopped(stop).problem.code).toBe(code);
  });
});
