/** The checks that no row tells apart: each is judged once more, on the base. */
import type { CheckSpec } from '../core/check/check.ts';
import { unknownColumns } from '../core/check/kinds/extra-columns.ts';
import type { TableFacts } from '../core/check/table-facts.ts';
import { splitObjects } from '../core/diff/split-objects.ts';
import { judgeTable } from '../core/verdict/judge-table.ts';
import { checkTables, type TableInput, type TableOutput } from './check-tables.ts';
import type { QueryEngine, TextFiles } from './ports.ts';
import { type Told, unknown } from './told-origin.ts';
import type { TableWithBase } from './versioned-tables.ts';

/** A failed check with what its table is like in the merge. */
export interface WholeFailure {
  readonly spec: CheckSpec;
  readonly output: TableOutput;
}

export interface JudgeBeforeRequest {
  readonly failures: readonly WholeFailure[];
  /** Every table that a check reads. */
  readonly tables: readonly TableWithBase[];
  /** The same as for the merge, milliseconds since 1970. */
  readonly now: number;
  /** Existing directory of this run. */
  readonly runDirectory: string;
}

/** In the order of the failures. Rejects when the engine breaks, never for bad data. */
export async function judgeBefore(
  { failures, tables, now, runDirectory }: JudgeBeforeRequest,
  deps: { readonly engine: QueryEngine; readonly text: TextFiles },
  signal: AbortSignal,
): Promise<readonly Told[]> {
  if (failures.length === 0) return [];
  const before = new Map(
    tables.map(({ input, versions }) => [input, inputBefore(input, versions.base, failures)] as const),
  );
  const outputs = await checkTables({ tables: [...before.values()], runDirectory }, deps, signal);
  return failures.map((failure) => {
    const { input } = failure.output;
    const output = outputs.find((one) => one.input === before.get(input));
    const own = tables.find((one) => one.input === input);
    if (output === undefined || own === undefined) return unknown('the base was not judged');
    return toldBy(failure, output, own, now);
  });
}

function inputBefore(input: TableInput, objects: TableInput['objects'], failures: readonly WholeFailure[]): TableInput {
  const checks = failures.filter(({ output }) => output.input === input).map(({ spec }) => spec);
  return { ...input, objects, checks };
}

function toldBy({ spec, output }: WholeFailure, before: TableOutput, own: TableWithBase, now: number): Told {
  const { contract, table } = before.input;
  const evidence = { ...before, contract, table, checks: [spec], location: '', changes: NO_CHANGES };
  const [check] = judgeTable(evidence, now).checks;
  if (check === undefined || check.outcome === 'error' || check.outcome === 'skip') {
    return unknown(`the base cannot be judged: ${check?.observed ?? 'no answer'}`);
  }
  const failedBefore = check.outcome !== 'pass';
  if (failedBefore && isWorse(spec, output, before.facts, own)) return unknown('it fails in another way than before');
  return { kind: 'told', origin: { failedBefore, rows: null } };
}

const NO_CHANGES = { read: 0, bytes: 0, added: 0, changed: 0, removed: 0, unseenByDiff: [] };

/** A base that fails as well says nothing of faults that it does not have. */
function isWorse(spec: CheckSpec, { facts, input }: TableOutput, before: TableFacts, own: TableWithBase): boolean {
  if (spec.kind === 'extraColumns') {
    const known = unknownColumns(spec, before);
    return unknownColumns(spec, facts).some((name) => !known.includes(name));
  }
  if (spec.kind !== 'readable') return false;
  const shared = new Set(splitObjects(own.versions.base, own.versions.merge).shared.map((object) => object.localPath));
  const broken = new Set(facts.objects.filter(({ defects }) => defects.length > 0).map(({ path }) => path));
  return input.objects.some((object) => broken.has(object.path) && !shared.has(object.localPath));
}
