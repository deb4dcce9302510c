/** Which objects of a table a rule about partitions protects. */
import { contradictingFolders } from '../change/partition.ts';
import type { PartitionCondition } from '../contract/change-rules.ts';
import type { ContractTable } from '../contract/contract.ts';
import { isProtected } from '../contract/is-protected.ts';
import type { Doubt } from './evidence.ts';
import type { ObjectSplit, VersionedObject } from './split-objects.ts';

export type ProtectedObjects<T> =
  | {
      readonly objects: ReadonlySet<T>;
      /** False: whatever the change does, it leaves them alone. */
      readonly isTouched: boolean;
    }
  /** Nobody can say of some changed object whether it is protected. */
  | { readonly doubt: Doubt };

/**
 * The protected objects of both versions. Where it cannot be told, an object that both versions hold is none: its rows
 * cancel out either way.
 *
 * @param nowMs milliseconds since 1970: the judged commit's date
 */
export function protectedObjects<T extends VersionedObject>(
  { shared, base, merge }: ObjectSplit<T>,
  condition: PartitionCondition,
  table: ContractTable,
  nowMs: number,
): ProtectedObjects<T> {
  const { column } = condition;
  const property = table.properties.find((one) => one.column === column);
  const logicalType = property?.logicalType?.name ?? null;
  const isOne = (object: T): boolean | null =>
    isContradicted(object, column) ? null : isProtected(condition, object.partition, nowMs, logicalType);
  const changed = [...base, ...merge];
  const unknown = changed.find((object) => isOne(object) === null);
  if (unknown !== undefined) return { doubt: doubtOf(unknown, column) };
  const touched = changed.filter(isOne);
  return { objects: new Set([...touched, ...shared.filter(isOne)]), isTouched: touched.length > 0 };
}

function isContradicted({ path }: VersionedObject, column: string): boolean {
  return contradictingFolders(path).some((name) => name.toLowerCase() === column.toLowerCase());
}

function doubtOf(object: VersionedObject, column: string): Doubt {
  const why = isContradicted(object, column)
    ? `its path has several folders ${column}=... with different values`
    : (object.partition[column] ?? null) === null
      ? `its path has no folder ${column}=... with a value`
      : `its folder ${column}=... is not written like what the rule compares it with`;
  return {
    why: `whether ${object.path} is protected cannot be told: ${why}`,
    help: `lay the table out in folders ${column}=VALUE, all written in one way`,
  };
}
