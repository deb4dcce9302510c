import type { AllowedSchemaChange } from '../contract/change-rules.ts';

/**
 * What the rules about changes are judged by: the counts of a diff of a table, or of some of its partitions, whole.
 * What is said of `TableDiff` holds here as well:
 *
 *     rows.base  = unchanged + updated + deleted  + duplicateKeys.baseRows  + nullKeys.deleted
 *     rows.merge = unchanged + updated + inserted + duplicateKeys.mergeRows + nullKeys.inserted
 */
export interface ChangeEvidence {
  /** Empty: compared as a bag of whole rows, where an update is a deletion and an insertion. */
  readonly key: readonly string[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly rows: { readonly base: number; readonly merge: number };
  /** Rows of keys that are not alone and whose rows differ: what became of each of them cannot be told. */
  readonly duplicateKeys: { readonly keys: number; readonly baseRows: number; readonly mergeRows: number };
  /** Rows without a key, compared as whole rows. */
  readonly nullKeys: { readonly inserted: number; readonly deleted: number };
  /** Every column that both versions have, but those of the key, with how many of its values changed. */
  readonly columns: ReadonlyMap<string, number>;
  readonly schema: readonly SchemaDifference[];
  /** What became of the rows where a new column, null in every row before, counts as well; absent: as above. */
  readonly withNewColumns?: RowEdits;
  /** True: projected from a part of the keys; nothing may be decided by it. */
  readonly isEstimate: boolean;
}

/** What holds of a change although its rows could not be told apart, or not all of its columns were compared. */
export type CertainChanges = Pick<ChangeEvidence, 'schema' | 'rows'>;

export type RowEdits = Pick<ChangeEvidence, 'inserted' | 'updated' | 'deleted' | 'duplicateKeys' | 'nullKeys'>;

export interface SchemaDifference {
  readonly change: AllowedSchemaChange;
  /** A field of a struct is a dotted path. */
  readonly column: string;
  readonly before: string | null;
  readonly after: string | null;
}
