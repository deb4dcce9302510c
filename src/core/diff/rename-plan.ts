/** A removed and an added column that hold the same, row by row, may be one column with a new name. */
import { type CompiledQuery, compile, identifier, join, sql } from '../sql.ts';
import { countOf } from './build-diff.ts';
import { comparable, comparisonOf } from './compare-types.ts';
import { type KeyedRequest, leavingRepeatedOut } from './keyed-plan.ts';
import { keyedRows, type SideRows, sameKey } from './side-rows.ts';
import type { SchemaChange } from './table-diff.ts';

/** Pairs looked at; more removed and added columns of one type tell nothing. */
const MAX_PAIRS = 20;
/** Of a thousand rows with a value, how many must agree. */
const AGREEING = 999;

export interface RenamePair {
  readonly from: string;
  readonly to: string;
}

/** Pairs of a removed and an added column of one type that can both be read. */
export function renamePairs(
  changes: readonly SchemaChange[],
  { base, merge }: Pick<KeyedRequest, 'base' | 'merge'>,
): readonly RenamePair[] {
  const of = (change: SchemaChange['change']): readonly SchemaChange[] =>
    changes.filter((one) => one.change === change && !one.column.includes('.'));
  return of('removed')
    .flatMap((gone) =>
      of('added').flatMap((come) => (gone.before === come.after ? [{ from: gone.column, to: come.column }] : [])),
    )
    .filter(({ from, to }) => base.relation?.columns.has(from) === true && merge.relation?.columns.has(to) === true)
    .slice(0, MAX_PAIRS);
}

/** One row: per pair the rows in which either has a value (`n0`, ...), and those in which both are the same (`m0`, ...). */
export function renameCounts(request: KeyedRequest, pairs: readonly RenamePair[]): CompiledQuery {
  const { shape, sampling } = request;
  const side = (rows: SideRows, pick: (pair: RenamePair) => string) => {
    const texts = pairs.flatMap((pair, index) => {
      const binding = rows.relation?.columns.get(pick(pair));
      return binding === undefined
        ? []
        : [
            {
              name: `r${index}`,
              text: comparable(comparisonOf(binding.type, binding.type), binding.type, binding.expression),
            },
          ];
    });
    return keyedRows(rows, shape, sampling, { texts });
  };
  const fields = pairs.flatMap((_pair, index) => {
    const name = identifier(`r${index}`);
    return [
      sql`count(*) FILTER (a.${name} IS NOT NULL OR b.${name} IS NOT NULL) AS ${identifier(`n${index}`)}`,
      sql`count(*) FILTER (a.${name} = b.${name}) AS ${identifier(`m${index}`)}`,
    ];
  });
  return compile(sql`SELECT ${join(fields, ', ')} FROM ${side(request.base, (pair) => pair.from)} AS a
    JOIN ${side(request.merge, (pair) => pair.to)} AS b ON ${sameKey(shape, 'a', 'b')} ${leavingRepeatedOut(shape)}`);
}

/** The guesses that are good enough, as changes of their own. */
export function renameGuesses(
  pairs: readonly RenamePair[],
  row: Readonly<Record<string, unknown>> | undefined,
): readonly SchemaChange[] {
  return pairs.flatMap(({ from, to }, index): readonly SchemaChange[] => {
    const [numerator, denominator] = [countOf(row, `m${index}`), countOf(row, `n${index}`)];
    if (denominator === 0 || numerator * 1000 < denominator * AGREEING) return [];
    const guess = { numerator, denominator, of: 'rows compared that have a value' };
    return [{ change: 'renamed?', column: to, before: from, after: to, guess }];
  });
}
