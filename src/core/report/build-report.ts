import type { RuleChange } from '../change/rule-changes.ts';
import type { Contract } from '../contract/contract.ts';
import type { Problem } from '../problem.ts';
import { decide, type UncoveredPolicy } from '../verdict/decide.ts';
import { REPORT_VERSION, type Report, type ReportScope, type TableReport } from './report.ts';

/** Paths of uncovered objects that a report names; the count is always whole. */
const MAX_UNCOVERED_PATHS = 100;

export interface ReportParts {
  readonly tables: readonly TableReport[];
  readonly contracts: readonly Contract[];
  readonly problems: readonly Problem[];
  readonly uncovered: { readonly paths: readonly string[]; readonly policy: UncoveredPolicy };
  readonly ruleChanges: readonly RuleChange[];
  readonly scope: ReportScope;
  readonly engine: Report['engine'];
  readonly durationMs: number;
}

/** Puts the verdict over everything that was found, and the whole into the one shape that all formats render. */
export function buildReport(parts: ReportParts): Report {
  const { tables, problems, uncovered, scope, engine, durationMs } = parts;
  const lenient = new Set(
    parts.contracts.filter((contract) => contract.mode !== 'enforce').map((contract) => contract.file),
  );
  const decided = decide({
    tables,
    lenient,
    problems,
    uncovered: { count: uncovered.paths.length, policy: uncovered.policy },
  });
  return {
    reportVersion: REPORT_VERSION,
    verdict: decided.verdict,
    reasons: decided.reasons,
    tables,
    problems,
    scope,
    uncovered: { count: uncovered.paths.length, paths: uncovered.paths.slice(0, MAX_UNCOVERED_PATHS) },
    ruleChanges: parts.ruleChanges,
    engine,
    durationMs,
  };
}
