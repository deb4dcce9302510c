/** Rows that failed a check, kept as Parquet for people who may see them. They prove nothing and decide nothing. */

/** The failing rows of one check, in a local file. */
export interface FailingRowsFile {
  readonly kind: 'rows';
  readonly table: string;
  /** Id of the check. */
  readonly check: string;
  /** The columns in the file: those that the contract lets be shown, and no other. */
  readonly columns: readonly string[];
  /** Rows in the file. */
  readonly rows: number;
  /** Rows that fail; more than {@link FailingRowsFile.rows} when the file was cut. */
  readonly failing: number;
  /** Absolute, in the run's directory. The keeper takes the file over. */
  readonly localPath: string;
}

/** A failing check of which no rows can be had, and why. */
export interface NoFailingRows {
  readonly kind: 'none';
  readonly table: string;
  readonly check: string;
  readonly why: NoRowsReason;
}

/**
 * `no-columns`: the contract lets no column be shown. `no-rows`: this kind of check has no rows to show. `too-large`:
 * the file did not fit into what may be kept. `too-many`: the rows of other checks were kept. `not-written`: writing it
 * failed or took too long.
 */
export type NoRowsReason = 'no-columns' | 'no-rows' | 'too-large' | 'too-many' | 'not-written';

/** What one judgement leaves behind. */
export interface DecisionRows {
  readonly decisionId: string;
  /**
   * A decision about several possible results is judged several times. The rejection speaks for all, and its rows take
   * the place of others; else the first judgement does, and its rows stay.
   */
  readonly isRejection: boolean;
  readonly checks: readonly (FailingRowsFile | NoFailingRows)[];
}

/** Takes over the failing rows of a decision. */
export interface FailingRowsKeeper {
  /** Most rows of one check's file; above 0. */
  readonly maxRows: number;
  /**
   * Keeps all of these files or none. Older decisions' files make room.
   *
   * @throws SluiceError `failing-rows-not-kept` when the disk refuses; nothing of the decision is there then
   */
  keep(rows: DecisionRows): Promise<void>;
}

/** A file that is kept. */
export interface KeptRows extends Omit<FailingRowsFile, 'localPath'> {
  /** Counts from 1 within its decision. */
  readonly number: number;
  readonly sizeBytes: number;
}

/** Finds what was kept. */
export interface FailingRowsReader {
  /** In the order of the report; empty when nothing was kept, or no longer is. */
  list(decisionId: string): Promise<readonly (KeptRows | NoFailingRows)[]>;
  /** The bytes of one file; null when it is not there, or no longer. */
  read(decisionId: string, number: number): Promise<Uint8Array | null>;
}
