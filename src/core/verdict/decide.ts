import { count, listed, plural } from '../check/words.ts';
import { hasErrors, type Problem } from '../problem.ts';
import type { CheckReport, TableReport, VerdictWord } from '../report/report.ts';
import { worstFirst } from './worst-first.ts';

/** What happens to changed objects that no contract governs. */
export type UncoveredPolicy = 'allow' | 'warn' | 'block';

export interface Grounds {
  readonly tables: readonly TableReport[];
  /** Contracts (by file) whose mode is not `enforce`: what goes wrong there is told and does not block. */
  readonly lenient: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly uncovered: { readonly count: number; readonly policy: UncoveredPolicy };
}

export interface Decided {
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
}

/**
 * Bad data and forbidden changes reject, also when something else could not be told; else doubt blocks; only a whole set of evidence without
 * a failure approves.
 */
export function decide(grounds: Grounds): Decided {
  const failed = inOutcome(grounds.tables, 'fail').map(({ table, check }) => failureWords(table, check));
  const blockedByUncovered =
    grounds.uncovered.policy === 'block' && grounds.uncovered.count > 0
      ? [`${plural(grounds.uncovered.count, 'changed object')} under no contract`]
      : [];
  const errored = inOutcome(grounds.tables, 'error')
    .filter(({ table }) => !grounds.lenient.has(table.contract.file))
    .map(({ table, check }) => `${table.name}: ${check.id} could not run: ${check.observed}`);
  const forbidden = grounds.problems.filter(isForbidden);
  const doubts = [...problemWords(grounds.problems.filter((problem) => !isForbidden(problem))), ...errored];
  const rejecting = [...problemWords(forbidden), ...failed, ...blockedByUncovered];
  if (rejecting.length > 0) return { verdict: 'rejected', reasons: [...rejecting, ...doubts] };
  if (doubts.length > 0) return { verdict: 'undecided', reasons: doubts };
  return { verdict: 'approved', reasons: remarks(grounds) };
}

/** What may not be done at all, whatever the data is like. */
function isForbidden({ code, level }: Problem): boolean {
  return level !== 'warning' && code.startsWith('forbidden-');
}

function inOutcome(
  tables: readonly TableReport[],
  outcome: CheckReport['outcome'],
): readonly { readonly table: TableReport; readonly check: CheckReport }[] {
  return tables.flatMap((table) =>
    worstFirst(table.checks.filter((check) => check.outcome === outcome)).map((check) => ({ table, check })),
  );
}

function failureWords(table: TableReport, check: CheckReport): string {
  const columns = check.columns.length === 0 ? '' : ` on ${listed(check.columns)}`;
  return `${table.name}: ${check.kind}${columns}: ${check.observed}`;
}

function problemWords(problems: readonly Problem[]): readonly string[] {
  return hasErrors(problems)
    ? problems.filter((problem) => problem.level !== 'warning').map((problem) => problem.message)
    : [];
}

function remarks({ tables, uncovered }: Grounds): readonly string[] {
  const warned = inOutcome(tables, 'warn').length;
  return [
    ...(warned > 0 ? [`${plural(warned, 'check')} warned`] : []),
    ...(uncovered.count > 0 && uncovered.policy !== 'allow'
      ? [`${count(uncovered.count)} changed objects under no contract`]
      : []),
  ];
}
