import type { AllowedSchemaChange } from '../../contract/change-rules.ts';
import type { SchemaDifference } from '../change-evidence.ts';
import type { CheckKind, Judged, SpecOf } from '../check.ts';
import { judgeChanges, WHOLE_TABLE } from '../judging-changes.ts';
import { listed, plural } from '../words.ts';

/** The data's columns change in the ways that are allowed, and in no other. */
export const schemaChanges: CheckKind<SpecOf<'schemaChanges'>> = {
  kind: 'schemaChanges',
  judgedBy: 'changes',
  compile: () => WHOLE_TABLE,
  judge: (spec, state) =>
    judgeChanges(
      state,
      ({ schema }) => refusal(spec, schema) ?? { ...UNCOUNTED, outcome: 'pass', observed: allowedWords(schema) },
      ({ schema }) => refusal(spec, schema),
    ),
};

const UNCOUNTED = { failing: null, evaluated: null } as const;

/** Null when every difference is allowed. */
function refusal(spec: SpecOf<'schemaChanges'>, schema: readonly SchemaDifference[]): Judged | null {
  const refused = schema.filter(({ change }) => !spec.allowed.includes(change));
  if (refused.length === 0) return null;
  const help = 'undo it, or allow it under `schemaChanges` once all who read the table agree';
  return { ...UNCOUNTED, outcome: 'fail', observed: listed(refused.map(differenceWords)), help };
}

function allowedWords({ length }: readonly SchemaDifference[]): string {
  return length === 0 ? 'the same columns' : `${plural(length, 'change')}, all allowed`;
}

/** `price: INTEGER -> BIGINT (widened)`. */
function differenceWords({ change, column, before, after }: SchemaDifference): string {
  const types = [before, after].filter((type) => type !== null).join(' -> ');
  switch (change) {
    case 'order':
      return `columns in another order: ${types}`;
    case 'added':
    case 'removed':
      return `${column} ${change}${types === '' ? '' : ` (${types})`}`;
    default:
      return `${column}: ${types} (${NAMES[change]})`;
  }
}

const NAMES: Readonly<Record<Exclude<AllowedSchemaChange, 'order' | 'added' | 'removed'>, string>> = {
  widened: 'widened',
  type: 'another type',
  nullability: 'nullability',
};
