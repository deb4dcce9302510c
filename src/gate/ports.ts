/**
 * What the gate needs from the world, in the gate's words. Adapters implement these; only wire.ts knows both sides.
 * Every method that waits takes an AbortSignal and rejects with a SluiceError when it cannot give a whole answer:
 * a partial listing, a short object or a vanished engine is never returned as if it were complete.
 */
import type { DiffEntry, ObjectEntry } from '../core/change/object.ts';
import type { ObjectDefect } from '../core/check/table-facts.ts';
import type { ContractDocument, ReaderOptions } from '../core/contract/contract.ts';
import type { HookEvent } from '../core/event/hook-event.ts';
import type { GuardedSql } from '../core/plan/guard-sql.ts';
import type { Report, VerdictWord } from '../core/report/report.ts';
import type { CompiledQuery } from '../core/sql.ts';
import type { DecisionKey } from './record-ports.ts';

export interface Commit {
  readonly id: string;
  /** `parents[0]` is the destination head the merge was computed on. */
  readonly parents: readonly string[];
  /** Content address of the whole tree; equal means equal listings. */
  readonly metaRangeId: string;
  /** Seconds since 1970, as lakeFS stores it. */
  readonly creationDate: number;
  readonly committer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The versioned lake: lakeFS's REST API. */
export interface Lake {
  commit(repository: string, commitId: string, signal: AbortSignal): Promise<Commit>;
  /** The commit a branch points to now: for commits that are not there yet, and where the records doubt the branch. */
  branchHead(repository: string, branch: string, signal: AbortSignal): Promise<Commit>;
  /** Every entry of the two_dot diff, all pages. */
  diff(repository: string, left: string, right: string, signal: AbortSignal): Promise<readonly DiffEntry[]>;
  /** Every object under the prefix at the commit, all pages, in path order. */
  list(repository: string, commitId: string, prefix: string, signal: AbortSignal): Promise<readonly ObjectEntry[]>;
  /** Where the repository's own objects live, e.g. `local://lake`; addresses below it are never overwritten. */
  storageNamespace(repository: string, signal: AbortSignal): Promise<string>;
}

/** An object whose bytes are on local disk, complete and hashed. */
export interface FetchedObject {
  readonly path: string;
  /** A server-made name inside the run directory; never derived from the object's key. */
  readonly localPath: string;
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the bytes as we read them. */
  readonly sha256: string;
}

/** Object bytes: the S3 gateway behind a content-addressed cache. */
export interface ObjectReader {
  /** Streams the objects into the run directory; the result is in the order asked for. */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<readonly FetchedObject[]>;
}

export interface FetchRequest {
  readonly repository: string;
  readonly commitId: string;
  /**
   * Set: the objects as this branch has them now, uncommitted ones too, and `commitId` is not read at. A branch may
   * move between listing and reading: rejects with `object-changed` then.
   */
  readonly branch?: string;
  readonly objects: readonly ObjectEntry[];
  readonly storageNamespace: string;
  readonly runDirectory: string;
  readonly onProgress?: (done: { readonly objects: number; readonly bytes: number }) => void;
}

/** From `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Parts of large Parquet objects at a commit. They lie in a file as long as the object, at their places, and what was
 * not read is zeros there: no page of Parquet begins so, and reading one fails.
 */
export interface ObjectParts {
  /** Makes the file and puts the object's footer into it. Rejects with `object-not-parquet` when it has none. */
  footer(request: PartsRequest, signal: AbortSignal): Promise<void>;
  /** Adds parts to a file that {@link ObjectParts.footer} made. */
  add(request: PartsRequest & { readonly parts: readonly ByteRange[] }, signal: AbortSignal): Promise<void>;
}

export interface PartsRequest {
  readonly repository: string;
  readonly commitId: string;
  readonly object: ObjectEntry;
  readonly localPath: string;
}

/** Where contracts come from: a directory, or a path in the repository at the destination commit. */
export interface ContractSource {
  load(
    request: {
      readonly repository: string;
      readonly destinationCommit: string;
      /** The branch that is merged into; absent where nobody merges. */
      readonly branch?: string;
      /** A branch whose contracts are wanted as they stand, uncommitted changes included, and not the commit's. */
      readonly staged?: string;
    },
    signal: AbortSignal,
  ): Promise<readonly ContractDocument[]>;
}

/** A row as the engine gives it: integers beyond 2^53 and decimals are text, NULL is null. */
export type Row = Readonly<Record<string, unknown>>;

export interface EngineRequest {
  /** Absolute paths the session may read; nothing else on disk is readable, listable or writable but `stagedFiles`. */
  readonly inputFiles: readonly string[];
  /** Absolute paths the session may write (text objects converted to Parquet) and then read. */
  readonly stagedFiles: readonly string[];
  /** Absolute directory of this run, for spill files. */
  readonly runDirectory: string;
}

/** A text object made plain: decompressed, in UTF-8, and looked through record by record. */
export interface PlainText {
  /** A file in the run directory, or the object itself when it was plain already. */
  readonly localPath: string;
  /** CSV with a header: the column names as written; else null. */
  readonly header: readonly string[] | null;
  /** Data records counted by our own scanner; the rows the engine gives are compared with it. */
  readonly records: bigint;
  readonly defects: readonly ObjectDefect[];
}

export interface PlainTextRequest {
  /** The object's path; its ending tells the compression (`.gz`, `.zst`). */
  readonly path: string;
  readonly localPath: string;
  readonly format: 'csv' | 'json';
  readonly reader: ReaderOptions;
  /** Where a plain copy may be written, should one be needed. */
  readonly plainPath: string;
}

/** Makes text objects readable for the engine, which neither notices a truncated `.gz` nor a quote left open. */
export interface TextFiles {
  /** Defects of the object's content are in the result; rejects only when the local disk or the signal fails. */
  makePlain(request: PlainTextRequest, signal: AbortSignal): Promise<PlainText>;
  /** Takes away everybody's right to write to a file that is complete. Rejects when the local disk fails. */
  protect(localPath: string): Promise<void>;
}

/** One locked-down engine process holding one fixed set of files. */
export interface EngineSession {
  /** Runs one statement of our own making. Rejects with code `engine-...` on any failure; the session may be dead then. */
  query(query: CompiledQuery, signal: AbortSignal): Promise<readonly Row[]>;
  /**
   * Runs a contract author's SELECT after judging its syntax tree: one read-only SELECT over `relations` and nothing
   * else. At most `maxRows` rows come back. Rejects with code `sql-refused` when the statement is not allowed.
   */
  authoredQuery(request: AuthoredQuery, signal: AbortSignal): Promise<readonly Row[]>;
  /** Judges an author's SELECT without running it: throws `sql-refused` like {@link authoredQuery}. */
  guardQuery(request: Pick<AuthoredQuery, 'sql' | 'relations'>, signal: AbortSignal): Promise<GuardedSql>;
  /** Judges an author's boolean expression over one table: throws `sql-refused` for anything but plain expressions. */
  guardExpression(expression: string, signal: AbortSignal): Promise<GuardedSql>;
  /**
   * Columns of Parquet files of which some value says more than `query` reads of it, by file; files that have none are
   * left out. Rejects with code `engine-input` when a file cannot be looked through.
   */
  inexactColumns(
    localPaths: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly InexactValues[]>>;
  /** Ends the process and removes its files; never rejects. */
  close(): Promise<void>;
}

/** Values that are read with loss. */
export interface InexactValues {
  /** Name of the table's own column. */
  readonly column: string;
  /** For people: `timestamps in nanoseconds`. */
  readonly holds: string;
  /** Rows in which they are; null: which they are cannot be told. */
  readonly rows: bigint | null;
}

export interface AuthoredQuery {
  readonly sql: string;
  /** Lower-case names of the relations the statement may read. */
  readonly relations: readonly string[];
  readonly maxRows: number;
}

export interface QueryEngine {
  /** `duckdb v1.5.6`, part of every decision key. */
  readonly version: string;
  open(request: EngineRequest, signal: AbortSignal): Promise<EngineSession>;
  close(): Promise<void>;
}

/** A file below a folder that `sluice check` was pointed at. */
export interface LocalFile {
  /** Path below the folder with `/`; empty when the file itself was named. */
  readonly path: string;
  readonly localPath: string;
  readonly sizeBytes: number;
}

export interface LocalFiles {
  /** Every file at or below the path, in path order. Rejects with `data-missing` when there is none. */
  list(root: string): Promise<readonly LocalFile[]>;
  /** SHA-256 (hex) of a file's bytes. */
  sha256(localPath: string, signal: AbortSignal): Promise<string>;
}

/** Where a run puts its files. */
export interface Workspace {
  /** Makes a directory nobody else can read, and removes it with everything in it, however the work ends. */
  use<T>(work: (directory: string) => Promise<T>): Promise<T>;
}

/** Judges one merge. `prepare` is cheap (commits and contracts); `judge` reads the data. */
export interface MergeJudge {
  prepare(event: HookEvent, signal: AbortSignal): Promise<PreparedMerge>;
  judge(prepared: PreparedMerge, decisionId: string, signal: AbortSignal): Promise<Judgement>;
}

/** Opaque to everyone but the judge, apart from its key. */
export interface PreparedMerge {
  readonly event: HookEvent;
  readonly key: DecisionKey;
}

export interface Judgement {
  readonly verdict: VerdictWord;
  readonly report: Report;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
