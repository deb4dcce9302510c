/** What the doctor needs of the world beside lakeFS's own ports. Every method rejects with a SluiceError or an Error. */
import type { Decision } from '../record-ports.ts';
import type { BranchDecision } from './judged-commits.ts';

/** Plain HTTP, without keys. */
export interface HttpProbe {
  /** One GET at the lakeFS server, no redirect followed. `path` begins with a slash. */
  get(path: string, signal: AbortSignal): Promise<PlainAnswer>;
}

export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** The `Date` header in milliseconds since 1970; null when there is none. */
  readonly date: number | null;
  /** When the question left and the answer's head was there, by this machine's clock. */
  readonly sentAt: number;
  readonly receivedAt: number;
  /** SHA-256 (hex) of at most the first MiB of the body. */
  readonly sha256: string;
}

/** The machine's disks. */
export interface DiskProbe {
  /**
   * Writes a file to the directory, to the disk's surface, and removes it again. Where the directory is not there yet,
   * in the nearest folder above it that is.
   */
  tryWriting(directory: string): Promise<{ readonly exists: boolean; readonly tried: string }>;
  /** Linux's `/proc/self/mountinfo`; null where there is no such thing. */
  mountInfo(): Promise<string | null>;
  /** Bytes that may still be written. */
  freeBytes(directory: string): Promise<number>;
}

/** lakeFS's own rules against writing to branches. */
export interface ProtectionReader {
  /** Patterns (`*`, `?`) of the branches that take no direct write and no direct commit. */
  protectedBranches(repository: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** The records of the server that is examined. */
export interface DecisionRecords {
  /** Where they are, in words: `the records in /var/lib/sluice`. */
  readonly where: string;
  /** True when they are surely those of the server in question, and not merely the ones this machine has. */
  readonly certain: boolean;
  /** Decisions about this merge commit, one per delivery. */
  ofMergeCommit(repository: string, mergeCommit: string, signal: AbortSignal): Promise<readonly Pick<Decision, 'id'>[]>;
  /** Decisions about the branch, newest first, five hundred at most. */
  ofBranch(repository: string, branch: string, signal: AbortSignal): Promise<readonly BranchDecision[]>;
}
