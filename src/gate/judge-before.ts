/** The checks that no row tells apart: each is judged once more, on the base. */
import type { CheckSpec } from '../core/check/check.ts';
import { splitObjects } from '../core/diff/split-objects.ts';
import { type FailedVersion, isWorse } from '../core/verdict/is-worse.ts';
import { judgeCheck } from '../core/verdict/judge-table.ts';
import { checkTables, type TableInput, type TableOutput } from './check-tables.ts';
import type { QueryEngine } from './ports.ts';
import type { TextDeps } from './run-texts.ts';
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
  deps: TextDeps & { readonly engine: QueryEngine },
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

function toldBy({ spec, output }: WholeFailure, base: TableOutput, own: TableWithBase, now: number): Told {
  const [before, after] = [base, output].map((one) => versionOf(spec, one, now));
  if (before === undefined || after === undefined) return unknown('the base was not judged');
  const { outcome, observed } = before.judged;
  if (outcome === 'error' || outcome === 'skip') return unknown(`the base cannot be judged: ${observed}`);
  const failedBefore = outcome === 'fail';
  const worse = failedBefore && isWorse(spec, { before, after, isUnchanged: unchangedIn(output, own) });
  return { kind: 'told', origin: { failedBefore, rows: null, worse } };
}

function versionOf(spec: CheckSpec, output: TableOutput, now: number): FailedVersion {
  return { state: output.states.get(spec.id), facts: output.facts, judged: judgeCheck(spec, output, now) };
}

function unchangedIn({ input }: TableOutput, { versions }: TableWithBase): (path: string) => boolean {
  const shared = new Set(splitObjects(versions.base, versions.merge).shared.map((object) => object.localPath));
  const paths = new Set(input.objects.filter((object) => shared.has(object.localPath)).map(({ path }) => path));
  return (path) => paths.has(path);
}
