import { hasErrors, type Problem } from '../core/problem.ts';
import { buildReport } from '../core/report/build-report.ts';
import type { Report } from '../core/report/report.ts';
import { sourceOf } from '../core/report/undecided-report.ts';
import type { UncoveredPolicy } from '../core/verdict/decide.ts';
import { judgingContracts } from './contracts-after.ts';
import type { FailingRowsKeeper } from './failing-rows-ports.ts';
import type { Approvals } from './judge-base.ts';
import { type DataDeps, type DataPolicy, judgeData } from './judge-data.ts';
import { createContractReader } from './load-contracts.ts';
import type { ContractSource, MergeJudge } from './ports.ts';
import { type Pinned, pinnedOf, prepareCommit, prepareMerge } from './prepare-merge.ts';
import { type RulePolicy, readRuleChanges } from './read-rule-changes.ts';

export interface GatePolicy extends DataPolicy {
  readonly uncovered: UncoveredPolicy;
  /** `${NAME}` of contracts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: RulePolicy;
}

export interface GateDeps extends Omit<DataDeps, 'failingRows'> {
  /** Absent: failing rows are kept for nobody. */
  readonly keeper?: FailingRowsKeeper;
  readonly contracts: ContractSource;
  readonly approvals?: Approvals;
  readonly version: string;
}

/** The judge: reads what a merge or a commit would change, and says what the contracts say of it. */
export function createMergeJudge(deps: GateDeps, policy: GatePolicy): MergeJudge {
  const readContracts = createContractReader(policy.variables);
  return {
    prepare: (event, signal) =>
      event.eventType === 'pre-commit'
        ? prepareCommit(event, { ...deps, readContracts }, policy, signal)
        : prepareMerge(event, deps, policy, signal),
    judge: async (prepared, decisionId, signal) => {
      const pinned = pinnedOf(prepared);
      const rules = await readRuleChanges(pinned, policy.rules, deps, signal);
      const { loaded, problems } = await judgingContracts(
        pinned,
        rules,
        policy.rules,
        { ...deps, readContracts },
        signal,
      );
      const failingRows = deps.keeper === undefined ? {} : { failingRows: { keeper: deps.keeper, decisionId } };
      const parts = hasErrors(rules.problems)
        ? { tables: [], problems: loaded.problems, uncovered: [] }
        : await judgeData(pinned, loaded, { ...deps, ...failingRows }, policy, signal);
      const report = buildReport({
        tables: parts.tables,
        contracts: loaded.contracts,
        problems: [...rules.problems, ...problems, ...parts.problems, ...remarks(pinned)],
        uncovered: { paths: parts.uncovered, policy: policy.uncovered },
        ruleChanges: rules.changes,
        scope: scopeOf(pinned, decisionId),
        engine: { sluice: deps.version, duckdb: deps.engine.version },
        durationMs: Math.round(deps.elapsed() - pinned.startedAt),
      });
      return { verdict: report.verdict, report };
    },
  };
}

/** What a reader has to know of how the change was read. */
function remarks({ mergeResult, tree }: Pinned): readonly Problem[] {
  if (tree.kind === 'branch') return [branchRead(tree.branch)];
  if (mergeResult) return [];
  return [
    {
      code: 'merge-result-unavailable',
      level: 'warning',
      message: 'this lakeFS does not tell the merge commit: the source commit was judged, not the merge result',
      hint: 'upgrade lakeFS to 1.23 or newer',
    },
  ];
}

function branchRead(branch: string): Problem {
  return {
    code: 'branch-read',
    level: 'warning',
    message: `The branch ${branch} was read as it stood during the hook: the commit itself is not there yet.`,
    hint: 'post-commit compares what was committed with what was judged; let the action file have it.',
  };
}

function scopeOf({ event, tree, destination, mergeResult }: Pinned, decisionId: string): Report['scope'] {
  const commit = tree.kind === 'commit' ? tree.commit : null;
  return {
    kind: 'merge',
    event: event.eventType,
    read: tree.kind,
    decisionId,
    repository: event.repository,
    destination: event.branch ?? '',
    source: sourceOf(event),
    mergeCommit: commit?.id ?? '',
    baseCommit: destination.id,
    metaRange: commit?.metaRangeId ?? '',
    mergeResult,
    committer: event.committer ?? null,
  };
}
