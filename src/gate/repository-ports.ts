/**
 * What setting up, proving and trying the gate needs of lakeFS, beyond what judging needs ({@link Lake}). Every method
 * takes an AbortSignal and rejects with a SluiceError when it cannot give a whole answer.
 */
import type { DiffEntry, ObjectEntry } from '../core/change/object.ts';
import type { Commit } from './ports.ts';

/** A branch and the commit it points to. */
export interface Branch {
  readonly id: string;
  readonly commitId: string;
}

export interface RepositoryFacts {
  readonly id: string;
  readonly defaultBranch: string;
  readonly storageNamespace: string;
  /** lakeFS runs no hooks in a read-only repository. */
  readonly readOnly: boolean;
}

/** An object as a branch shows it, committed or not. */
export interface BranchEntry extends ObjectEntry {
  /** Seconds since 1970 at which it was written, as lakeFS tells; whoever links an object can choose it. */
  readonly modifiedAt: number;
}

/** A run of lakeFS's actions for one event. */
export interface ActionsRun {
  readonly runId: string;
  readonly eventType: string;
  readonly branch: string;
  readonly commitId: string;
  /** `completed` or `failed`. */
  readonly status: string;
}

export interface HookRun {
  readonly hookRunId: string;
  readonly action: string;
  readonly hookId: string;
  readonly status: string;
}

/** Reads what is not pinned to a commit. A `ref` is whatever lakeFS resolves: branch, tag, commit id, `main~1`. */
export interface RepositoryReader {
  /** The server's version as it names itself. */
  version(signal: AbortSignal): Promise<string>;
  /** The user whose keys are used: the `committer` of what {@link RepositoryWriter} does. */
  currentUser(signal: AbortSignal): Promise<string>;
  repository(repository: string, signal: AbortSignal): Promise<RepositoryFacts>;
  /** Every repository that the keys can see, all pages. */
  repositories(signal: AbortSignal): Promise<readonly RepositoryFacts[]>;
  /** Every branch whose name begins with the prefix, all pages, hidden ones too. */
  branches(repository: string, prefix: string, signal: AbortSignal): Promise<readonly Branch[]>;
  /** Rejects with `lakefs-not-found` when nothing is called so. */
  resolve(repository: string, ref: string, signal: AbortSignal): Promise<Commit>;
  /**
   * The best common ancestor of two commits, which is one of them where it lies in the other's history; null when they
   * have none. Rejects with `lakefs-not-found` when one of them is not there. Needs `fs:ListCommits`.
   */
  commonAncestor(repository: string, one: string, other: string, signal: AbortSignal): Promise<string | null>;
  /** Every object under the prefix, all pages; of a branch with what is not committed yet. */
  listAt(repository: string, ref: string, prefix: string, signal: AbortSignal): Promise<readonly BranchEntry[]>;
  /** A small object's bytes; `lakefs-bad-answer` above `maxBytes`, `lakefs-not-found` when there is none. */
  readAt(
    request: {
      readonly repository: string;
      readonly ref: string;
      readonly path: string;
      readonly maxBytes: number;
    },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /** What is written to the branch and not committed, all pages. */
  uncommitted(repository: string, branch: string, signal: AbortSignal): Promise<readonly DiffEntry[]>;
  /** Runs of actions for the commit, newest first. lakeFS writes them after the operation has ended. */
  actionRuns(repository: string, commitId: string, signal: AbortSignal): Promise<readonly ActionsRun[]>;
  hookRuns(repository: string, runId: string, signal: AbortSignal): Promise<readonly HookRun[]>;
  /** What lakeFS logged of one hook: its request and our answer. */
  hookOutput(
    request: { readonly repository: string; readonly runId: string; readonly hookRunId: string },
    signal: AbortSignal,
  ): Promise<string>;
}

/** How a change of a branch ended. Everything lakeFS said with a 4xx is an outcome; only doubt rejects. */
export type ChangeOutcome =
  | { readonly kind: 'done'; readonly commitId: string }
  /** Both sides changed the same objects (409). */
  | { readonly kind: 'conflict'; readonly message: string }
  | { readonly kind: 'no-changes'; readonly message: string }
  /** A hook said no, or could not be asked (412). `runId` is null when lakeFS did not name one. */
  | { readonly kind: 'hook-refused'; readonly message: string; readonly runId: string | null }
  /** Uncommitted data, a protected branch, missing permission, an invalid action file, ... */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

export interface MergeRequest {
  readonly repository: string;
  /** A ref. */
  readonly source: string;
  /** A branch. */
  readonly destination: string;
  readonly message?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly strategy?: 'source-wins' | 'dest-wins';
  readonly squash?: boolean;
  readonly allowEmpty?: boolean;
}

export interface ReplayRequest {
  readonly repository: string;
  readonly branch: string;
  /** The commit to pick or to revert. */
  readonly ref: string;
  /** Counts from 1; null for a commit with one parent. */
  readonly parentNumber: number | null;
}

/**
 * Changes the lake. Nothing but `deleteBranch` and `upload` is sent twice: after a broken connection nobody knows
 * whether lakeFS did it, and the call rejects with `lakefs-unreachable` or `lakefs-timeout`.
 */
export interface RepositoryWriter {
  /** Hidden where the server knows hidden branches. Rejects with `lakefs-branch-exists` when the name is taken. */
  createBranch(
    request: { readonly repository: string; readonly branch: string; readonly sourceRef: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** False when there was none. */
  deleteBranch(repository: string, branch: string, signal: AbortSignal): Promise<boolean>;
  upload(
    request: {
      readonly repository: string;
      readonly branch: string;
      readonly path: string;
      readonly bytes: Uint8Array;
    },
    signal: AbortSignal,
  ): Promise<void>;
  deleteObject(
    request: { readonly repository: string; readonly branch: string; readonly path: string },
    signal: AbortSignal,
  ): Promise<void>;
  commit(
    request: {
      readonly repository: string;
      readonly branch: string;
      readonly message: string;
      readonly metadata?: Readonly<Record<string, string>>;
    },
    signal: AbortSignal,
  ): Promise<ChangeOutcome>;
  /** May take as long as the hooks of the destination do: `timeoutMs`, by default 16 minutes. */
  merge(request: MergeRequest & { readonly timeoutMs?: number }, signal: AbortSignal): Promise<ChangeOutcome>;
  cherryPick(request: ReplayRequest, signal: AbortSignal): Promise<ChangeOutcome>;
  revert(request: ReplayRequest & { readonly allowEmpty: boolean }, signal: AbortSignal): Promise<ChangeOutcome>;
}
