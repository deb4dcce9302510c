/** What is asked of a diff of tables, and what comes of it. */
import type { CertainChanges } from '../core/check/change-evidence.ts';
import type { ContractTable } from '../core/contract/contract.ts';
import type { KnownChanges } from '../core/diff/evidence.ts';
import type { TableDiff } from '../core/diff/table-diff.ts';
import type { Problem } from '../core/problem.ts';
import type { DiffObject } from './diff-objects.ts';
import type { FolderContradiction } from './folder-contradictions.ts';

export interface DiffTableInput {
  /** For a table without a contract: no properties, and `fromData`. */
  readonly table: ContractTable;
  readonly fromData: boolean;
  /** As the data names them; empty: compared as a bag of rows. */
  readonly key: readonly string[];
  /** Largest difference that is none, per floating point column, decimal text. */
  readonly tolerance: Readonly<Record<string, string>>;
  /** Columns whose values may be shown, and rows of each kind of change. */
  readonly show: { readonly columns: readonly string[] | 'all'; readonly limit: number };
  readonly base: readonly DiffObject[];
  readonly merge: readonly DiffObject[];
  /** Objects of both sides that are to be judged as if they were all there is, for each rule that asks for it. */
  readonly parts?: readonly ReadonlySet<DiffObject>[];
  /** Columns of which it is asked whether changed objects say in the file what their folders say. */
  readonly folderColumns?: readonly string[];
}

export interface DiffLimits {
  /** Rows of changed objects of both sides that are compared exactly; above it one key in so many is. */
  readonly exactRows: number;
  /** Bytes of objects that are read once more to see what the values look like; 0: never. */
  readonly profileBytes: number;
  /** Rows read up to which those that only moved are told by the comparison; default five million. */
  readonly movedRows?: number;
  /** Longest time for what a table's diff only shows (rows, profiles), in milliseconds; default: no end of its own. */
  readonly shownMs?: number;
}

export interface DiffTablesRequest {
  readonly tables: readonly DiffTableInput[];
  /** Existing directory of this run. */
  readonly runDirectory: string;
  readonly limits: DiffLimits;
  readonly onProgress?: (stage: string) => void;
}

/** In the order of the request; a table that could not be compared says why and stops no other. */
export type DiffOutcome =
  | ComparedVersions
  | {
      readonly problem: Problem;
      /** What rules may be judged by all the same; absent: nothing. */
      readonly certain?: CertainChanges;
    };

export interface ComparedVersions {
  readonly diff: TableDiff;
  /** What rules may be judged by; a diff for people is there also when something was not compared. */
  readonly changes: KnownChanges;
  /** In the order of the parts that were asked for. */
  readonly parts: readonly KnownChanges[];
  readonly contradictions: readonly FolderContradiction[];
}
