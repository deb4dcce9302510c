/** Whether a check that no row tells apart fails worse than before, or in another way: an old failure excuses neither. */
import type { CheckSpec, CheckState, Judged, SpecOf } from '../check/check.ts';
import { parseDecimal } from '../check/decimal.ts';
import { unknownColumns } from '../check/kinds/extra-columns.ts';
import { scalarText } from '../check/kinds/sql.ts';
import { isWrongType, typesOf } from '../check/kinds/type.ts';
import { isUnreadable, type TableFacts } from '../check/table-facts.ts';
import { type Fraction, isNoFurther } from '../check/threshold.ts';

/** A check that fails in one version of its table. */
export interface FailedVersion {
  readonly state: CheckState | undefined;
  readonly facts: TableFacts;
  readonly judged: Judged;
}

export interface FailedTwice {
  readonly before: FailedVersion;
  readonly after: FailedVersion;
  /** Whether the version before has this object of the version after. */
  readonly isUnchanged: (path: string) => boolean;
}

/** True also where nothing says that it is the same failure. */
export function isWorse(spec: CheckSpec, versions: FailedTwice): boolean {
  const { before, after } = versions;
  switch (spec.kind) {
    case 'readable':
      return isBrokenAnew(versions);
    case 'columnPresence':
      return isLostAnew(versions);
    case 'extraColumns': {
      const known = unknownColumns(spec, before.facts);
      return unknownColumns(spec, after.facts).some((name) => !known.includes(name));
    }
    case 'freshness':
      return isOlder(before.state, after.state);
    case 'type':
      if (before.judged.failing === null && after.judged.failing === null) return isOtherType(spec, versions);
  }
  const [was, is] = [measured(spec, before), measured(spec, after)];
  return was === null || is === null || !isNoFurther(spec.threshold, was, is);
}

function isBrokenAnew({ after: { facts }, isUnchanged }: FailedTwice): boolean {
  const broken = facts.objects.filter(({ defects }) => defects.length > 0);
  return facts.objects.length === 0 || broken.some(({ path }) => !isUnchanged(path));
}

/** Where no object had the column, one more without it is no news. */
function isLostAnew({ before, after, isUnchanged }: FailedTwice): boolean {
  const readable = before.facts.objects.filter((object) => !isUnreadable(object));
  const wasSomewhere = (before.judged.objects ?? []).length < readable.length;
  return wasSomewhere && (after.judged.objects ?? []).some(({ path }) => !isUnchanged(path));
}

function isOlder(before: CheckState | undefined, after: CheckState | undefined): boolean {
  if (before?.form !== 'aggregate' || after?.form !== 'aggregate') return true;
  return before.value === null || after.value === null || BigInt(after.value) < BigInt(before.value);
}

function isOtherType(spec: SpecOf<'type'>, { before, after, isUnchanged }: FailedTwice): boolean {
  const [was, is] = [typesOf(spec, before.facts), typesOf(spec, after.facts)];
  const names = new Set(was.map(({ type }) => type.name));
  const wrong = is.filter(({ type }) => isWrongType(spec, type));
  // Types that are right, each for itself, and do not go together.
  if (wrong.length === 0) return is.some(({ type }) => !names.has(type.name));
  const hadRight = was.some(({ type }) => !isWrongType(spec, type));
  return wrong.some(({ path, type }) => !isUnchanged(path) && (hadRight || !names.has(type.name)));
}

/** What the threshold was held against; null where that is no number. */
function measured(spec: CheckSpec, { state, judged }: FailedVersion): Fraction | null {
  if (state?.form === 'scalar') {
    const decimal = state.value === null ? null : parseDecimal(scalarText(state.value));
    return decimal === null ? null : { part: decimal.digits, whole: 10n ** BigInt(decimal.scale) };
  }
  const count = spec.kind === 'rowCount' ? judged.evaluated : judged.failing;
  if (count === null) return null;
  if (spec.threshold.unit !== 'percent') return { part: count, whole: 1n };
  const { evaluated } = judged;
  return evaluated === null || evaluated === 0n ? null : { part: count * 100n, whole: evaluated };
}
