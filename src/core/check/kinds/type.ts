import { sql } from '../../sql.ts';
import type { CheckKind, CheckState, JudgeContext, Judged, LogicalOrPhysical, SpecOf } from '../check.ts';
import { judgeCounted, notRun } from '../judging.ts';
import { acceptedTypes, accepts, declaredFamily, type PhysicalType } from '../physical-type.ts';
import { columnAt, isUnreadable, type TableFacts } from '../table-facts.ts';
import { unifyTypes } from '../unify-types.ts';
import { listed } from '../words.ts';

interface SeenType {
  readonly path: string;
  readonly type: PhysicalType;
}

/**
 * The column has a type that may hold the logical type, the same family in every object. In Parquet the footer's
 * schema decides; in text formats each value is judged by a strict grammar, so that `1.7` is no integer.
 */
export const type: CheckKind<SpecOf<'type'>> = {
  kind: 'type',
  compile: (spec, context) => {
    const column = context.column(spec.columns[0] ?? '');
    if (column === undefined || column.invalid === null) return { form: 'facts' };
    return {
      form: 'rows',
      evaluated: {
        which: 'where',
        condition: sql`(${column.expression} IS NOT NULL OR ${column.invalid} IS NOT NULL)`,
      },
      failing: sql`${column.invalid} IS NOT NULL`,
    };
  },
  judge: (spec, state, context) => judgeSchema(spec, context) ?? judgeValues(spec, state, context),
};

function judgeSchema(spec: SpecOf<'type'>, context: JudgeContext): Judged | null {
  const seen = typesOf(spec, context.facts);
  const wrong = seen.filter(({ type: found }) => isWrongType(spec, found));
  if (wrong.length === 0 && goTogether(seen)) return null;
  const names = [...new Set(seen.map(({ type: found }) => found.name))];
  const culprits = wrong.length > 0 ? wrong : seen.filter(({ type: found }) => found.name !== seen[0]?.type.name);
  const where =
    seen.length === 1
      ? ''
      : ` in ${listed(
          culprits.map(({ path }) => path),
          3,
        )}`;
  return {
    outcome: 'fail',
    failing: null,
    evaluated: null,
    observed:
      wrong.length > 0
        ? `${listed([...new Set(wrong.map(({ type: found }) => found.name))])}${where}`
        : `types differ among objects: ${listed(names)}`,
    help: 'write the column with the type of the contract',
    objects: culprits.map(({ path }) => ({ path, failing: 0n })),
  };
}

function judgeValues(spec: SpecOf<'type'>, state: CheckState, context: JudgeContext): Judged {
  if (state.form === 'failed') return notRun(state.why, state.help);
  if (state.form === 'counted')
    return judgeCounted(
      spec,
      state,
      `not ${wantedWords(spec.logical)}`,
      'correct the values; nothing is rounded or guessed',
    );
  const seen = typesOf(spec, context.facts);
  if (seen.length === 0) {
    return context.facts.partitionColumns.includes(spec.columns[0] ?? '')
      ? { outcome: 'pass', failing: null, evaluated: null, observed: 'from the path' }
      : notRun(`column ${spec.columns[0] ?? ''} is in no object`);
  }
  return {
    outcome: 'pass',
    failing: null,
    evaluated: null,
    observed: listed([...new Set(seen.map((one) => one.type.name))]),
  };
}

/** Structs may differ in their fields: each field that the contract knows has a check of its own. */
function goTogether(seen: readonly SeenType[]): boolean {
  const types = seen.map((one) => one.type);
  return types.every(({ family }) => family === 'struct') || types.length === 0 || unifyTypes(types) !== null;
}

/** The column's type in each object that can be read and has it. */
export function typesOf({ path }: SpecOf<'type'>, facts: TableFacts): readonly SeenType[] {
  return facts.objects
    .filter((object) => !isUnreadable(object))
    .flatMap((object) => {
      const column = columnAt(object, path);
      return column === undefined ? [] : [{ path: object.path, type: column.type }];
    });
}

/** Whether a column of the type cannot hold what the contract asks for. */
export function isWrongType({ logical: wanted }: SpecOf<'type'>, found: PhysicalType): boolean {
  if (wanted.logical !== null) return !accepts(wanted.logical, found);
  const family = wanted.physical === null ? null : declaredFamily(wanted.physical);
  return family !== null && found.family !== 'null' && family !== found.family;
}

/** `an integer (BIGINT, ...)`, for `expected`. */
export function wantedWords(wanted: LogicalOrPhysical): string {
  if (wanted.logical === null) return wanted.physical ?? '';
  const format = wanted.format === null ? '' : ` written as ${wanted.format}`;
  return `${wanted.logical}${format}`;
}

/** The accepted physical types in brackets. */
export function acceptedWords(wanted: LogicalOrPhysical): string {
  return wanted.logical === null ? wantedWords(wanted) : `${wantedWords(wanted)} (${acceptedTypes(wanted.logical)})`;
}
