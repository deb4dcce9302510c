/**
 * What the rules about changes are judged by, from the uncut parts of a diff. A diff shows people as much as it can; a
 * judge needs all of it, so whatever was not compared leaves no evidence at all.
 */
import type { CertainChanges, ChangeEvidence, RowEdits, SchemaDifference } from '../check/change-evidence.ts';
import { isWidened } from '../check/is-widened.ts';
import { physicalType } from '../check/physical-type.ts';
import type { RowCounts } from './build-diff.ts';
import type { DiffColumn, DiffShape } from './diff-columns.ts';
import type { VersionTypes } from './object-types.ts';
import type { SchemaChange } from './table-diff.ts';

/** Something that was not compared; sentences for people, no row values. */
export interface Doubt {
  readonly why: string;
  readonly help: string;
}

/** What changed, or why nobody can tell, and what is certain all the same; absent: nothing is. */
export type KnownChanges =
  | { readonly evidence: ChangeEvidence }
  | { readonly doubt: Doubt; readonly certain?: CertainChanges };

export interface EvidenceParts {
  readonly shape: DiffShape;
  readonly rows: ChangeEvidence['rows'];
  readonly counts: RowCounts;
  /** The same with the columns that are new; null: there are none, or nobody asks. */
  readonly newColumnCounts: RowCounts | null;
  /** 1: every key was compared. */
  readonly oneIn: number;
  readonly schema: readonly SchemaDifference[];
  /** Of the objects; those of the columns are told from the shape. */
  readonly doubts: readonly Doubt[];
  /** False: records were lost, and with them perhaps columns. */
  readonly isComplete: boolean;
}

/** The evidence, unless something was not compared or the rows do not add up. */
export function evidenceOf(parts: EvidenceParts): KnownChanges {
  const { shape, rows, counts, newColumnCounts, oneIn, schema } = parts;
  const all = newColumnCounts === null ? [counts] : [counts, newColumnCounts];
  const contradictions = all.flatMap((one) => unaccounted(parts, one));
  const [doubt] = [...parts.doubts, ...shape.notes.map(uncompared), ...contradictions];
  if (doubt !== undefined) {
    // Where some keys alone were compared, nobody has looked whether the rows add up.
    const isCertain = parts.isComplete && contradictions.length === 0 && oneIn === 1;
    return { doubt, ...(isCertain ? { certain: { schema, rows } } : {}) };
  }
  const evidence: ChangeEvidence = {
    key: shape.key.map((column) => column.name),
    ...editsOf(counts, oneIn),
    rows,
    columns: changedValues(parts),
    schema,
    ...(newColumnCounts === null ? {} : { withNewColumns: editsOf(newColumnCounts, oneIn) }),
    isEstimate: oneIn > 1,
  };
  return { evidence };
}

function editsOf(counts: RowCounts, oneIn: number): RowEdits {
  const { keys, baseRows, mergeRows } = counts.duplicateKeys;
  return {
    inserted: counts.inserted * oneIn,
    // Contracts have no tolerance, and JSON that is written differently is not what was written.
    updated: (counts.updated + counts.alike) * oneIn,
    deleted: counts.deleted * oneIn,
    duplicateKeys: { keys: keys * oneIn, baseRows: baseRows * oneIn, mergeRows: mergeRows * oneIn },
    nullKeys: counts.nullKeys,
  };
}

/** Evidence of a table, or of partitions, none of whose objects changed. */
export function unchangedEvidence(key: readonly string[], columns: readonly string[], rows: number): ChangeEvidence {
  return {
    key,
    inserted: 0,
    updated: 0,
    deleted: 0,
    rows: { base: rows, merge: rows },
    duplicateKeys: { keys: 0, baseRows: 0, mergeRows: 0 },
    nullKeys: { inserted: 0, deleted: 0 },
    columns: new Map(columns.filter((name) => !key.includes(name)).map((name) => [name, 0])),
    schema: [],
    isEstimate: false,
  };
}

function uncompared(note: string): Doubt {
  const help =
    'give the column one type and one spelling in all objects of both versions, and values that are read whole';
  return { why: note, help };
}

/**
 * Every row of either version is in exactly one count, so what is left is the same on both sides. A footer that claims
 * another number of rows than its pages hold is found here.
 */
function unaccounted({ rows, oneIn }: EvidenceParts, counts: RowCounts): readonly Doubt[] {
  const { inserted, updated, deleted, duplicateKeys, nullKeys } = counts;
  const before = rows.base - updated - deleted - duplicateKeys.baseRows - nullKeys.deleted;
  const after = rows.merge - updated - inserted - duplicateKeys.mergeRows - nullKeys.inserted;
  if (oneIn > 1 || (before === after && before >= 0)) return [];
  return [{ why: 'the rows of both versions do not add up', help: 'write the changed objects again' }];
}

/**
 * Without a key nobody can say which value a deleted row has now, and of structs that lost a field only the others were
 * compared: nothing is told of such columns.
 */
function changedValues({ shape, counts, oneIn, schema }: EvidenceParts): ReadonlyMap<string, number> {
  if (shape.key.length === 0 && counts.deleted > 0) return new Map();
  const changed = (index: number): number =>
    [...(counts.codes[index] ?? new Map<number, number>())].reduce((sum, [, times]) => sum + times, 0) * oneIn;
  const isWhole = ({ name, by }: DiffColumn): boolean =>
    by.kind !== 'fields' || !schema.some(({ change, column }) => change === 'removed' && column.startsWith(`${name}.`));
  return new Map(
    shape.values.flatMap((column, index) => (isWhole(column) ? [[column.name, changed(index)] as const] : [])),
  );
}

/** Guesses are left out, and types that hold every value of the one before are told apart. */
export function schemaDifferences(changes: readonly SchemaChange[], types: VersionTypes): readonly SchemaDifference[] {
  return changes.flatMap(({ change, column, before, after }): readonly SchemaDifference[] => {
    switch (change) {
      case 'renamed?':
        return [];
      case 'type': {
        // A field of a struct has the type that was told, as structs of several types cannot be compared.
        const isWider =
          before !== null &&
          after !== null &&
          widens(types.before.get(column) ?? [before], types.after.get(column) ?? [after]);
        return [{ change: isWider ? 'widened' : 'type', column, before, after }];
      }
      default:
        return [{ change, column, before, after }];
    }
  });
}

/** A column of several types after is no wider one: readers that take the type of one object for all break on it. */
function widens(olds: readonly string[], news: readonly string[]): boolean {
  const [only = '', ...others] = news;
  return others.length === 0 && olds.every((old) => isWidened(physicalType(old), physicalType(only)));
}
