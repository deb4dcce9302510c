import type { CheckSpec, CheckState, Judged } from '../check/check.ts';
import { kindOf } from '../check/registry.ts';
import type { TableFacts } from '../check/table-facts.ts';
import type { Contract, ContractTable } from '../contract/contract.ts';
import type { CheckReport, Outcome, TableReport } from '../report/report.ts';

/** A table of the merge result after the engine has been asked. */
export interface TableEvidence {
  readonly contract: Contract;
  readonly table: ContractTable;
  readonly checks: readonly CheckSpec[];
  readonly states: ReadonlyMap<string, CheckState>;
  readonly facts: TableFacts;
  readonly rows: bigint | null;
  readonly location: string;
  readonly changes: TableReport['objects'];
}

/**
 * Judges every check of a table. A check without a state is an error: nothing passes for want of evidence.
 *
 * @param now reference time for freshness, milliseconds since 1970
 */
export function judgeTable(evidence: TableEvidence, now: number): TableReport {
  const { contract, table } = evidence;
  return {
    name: table.name,
    contract: { file: contract.file, id: contract.id, version: contract.version, digest: contract.digest },
    owner: contract.owner ?? null,
    location: evidence.location,
    rows: evidence.rows === null ? null : Number(evidence.rows),
    objects: evidence.changes,
    checks: evidence.checks.map((spec) => reportCheck(spec, judgeCheck(spec, evidence, now), contract)),
    diff: null,
  };
}

/** As {@link judgeTable}, one check, before severity and mode make an outcome of it. */
export function judgeCheck(
  spec: CheckSpec,
  { states, facts }: Pick<TableEvidence, 'states' | 'facts'>,
  now: number,
): Judged {
  const state: CheckState = states.get(spec.id) ?? {
    form: 'failed',
    why: 'the engine gave no answer for this check',
    help: null,
  };
  return kindOf(spec).judge(spec, state, { facts, now });
}

function reportCheck(spec: CheckSpec, judged: Judged, contract: Contract): CheckReport {
  const duplicateKeys = judged.duplicateKeys ?? null;
  return {
    id: spec.id,
    kind: spec.kind,
    name: spec.name,
    columns: spec.columns,
    outcome: outcomeOf(spec, judged, contract),
    severity: spec.severity,
    dimension: spec.dimension,
    failing: judged.failing === null ? null : Number(judged.failing),
    evaluated: judged.evaluated === null ? null : Number(judged.evaluated),
    duplicateKeys: duplicateKeys === null ? null : Number(duplicateKeys),
    observed: judged.observed,
    expected: spec.expected,
    help: judged.help ?? null,
    contract: { file: spec.at.file, line: spec.at.line },
    origin: null,
    objects: (judged.objects ?? []).slice(0, 10).map(({ path, failing }) => ({ path, failing: Number(failing) })),
  };
}

/** Failures of contracts that only warn, and of rules that are no errors, are warnings; `error` stays what it is. */
function outcomeOf(spec: CheckSpec, judged: Judged, contract: Contract): Outcome {
  if (judged.outcome !== 'fail') return judged.outcome;
  return spec.severity === 'error' && contract.mode === 'enforce' ? 'fail' : 'warn';
}
