import type { AllowedSchemaChange, ChangeLimit } from '../contract/change-rules.ts';
import type { ContractTable } from '../contract/contract.ts';
import { dataName } from './columns.ts';
import type { Draft } from './draft.ts';
import { partitionWords } from './kinds/protected-partition.ts';
import { thresholdWords } from './threshold.ts';
import { listed } from './words.ts';

/** The checks of the rules about changes of a table. */
export function changeDrafts(table: ContractTable): readonly Draft[] {
  const { limits, immutable, protectedPartitions } = table.changeRules;
  return [
    ...limits.map((limit) => limitDraft(table, limit)),
    ...appendOnlyDraft(table),
    ...immutable.map(({ at, severity, property }) => {
      const name = dataName(table, property);
      return draft({ at, severity }, { kind: 'immutable' }, `no value of ${name} changes`, [name]);
    }),
    ...schemaDraft(table),
    ...protectedPartitions.map(({ at, severity, partition }) => {
      const expected = `no row inserted, updated or deleted where ${partitionWords(partition)}`;
      return draft({ at, severity }, { kind: 'protectedPartition', partition }, expected, [partition.column]);
    }),
  ];
}

function draft(
  rule: Pick<Draft, 'at' | 'severity'>,
  detail: Draft['detail'],
  expected: string,
  columns: readonly string[] = [],
): Draft {
  return { ...rule, detail, columns, expected, dimension: 'consistency' };
}

function limitDraft(table: ContractTable, { at, severity, change, maximum, unit }: ChangeLimit): Draft {
  const threshold = { operator: 'mustBeLessOrEqualTo', bounds: [maximum], unit, at } as const;
  const isNone = !/[1-9]/.test(maximum);
  const words = isNone ? 'no row' : `${thresholdWords(threshold)}${unit === 'percent' ? ' of the rows' : ''}`;
  const note = table.key.length === 0 ? ' (without a key, a changed row is one deleted and one inserted)' : '';
  const expected = `${words} ${change}${note}`;
  const own = draft({ at, severity }, { kind: 'rowChanges', change, maximum, unit }, expected);
  return { ...own, id: `${table.name}.rowChanges.${change}`, threshold };
}

function appendOnlyDraft({ key, changeRules: { appendOnly } }: ContractTable): readonly Draft[] {
  if (appendOnly === null) return [];
  const note = key.length === 0 ? ' (without a key, a changed row is one deleted and one inserted)' : '';
  const expected = `rows are only added; none that was there changes or goes${note}`;
  return [draft(appendOnly, { kind: 'appendOnly' }, expected)];
}

function schemaDraft({ changeRules: { schemaChanges } }: ContractTable): readonly Draft[] {
  if (schemaChanges === null) return [];
  const { at, severity, allowed } = schemaChanges;
  const words = listed(
    allowed.map((change) => SCHEMA_WORDS[change]),
    allowed.length,
  );
  const expected = allowed.length === 0 ? 'the same columns as before' : `the columns change by nothing but ${words}`;
  return [draft({ at, severity }, { kind: 'schemaChanges', allowed }, expected)];
}

const SCHEMA_WORDS: Readonly<Record<AllowedSchemaChange, string>> = {
  added: 'new columns',
  removed: 'removed columns',
  widened: 'wider types',
  type: 'other types',
  nullability: 'whether NULL is allowed',
  order: 'their order',
};
