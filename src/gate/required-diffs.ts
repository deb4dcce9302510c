/**
 * The diffs that a verdict needs: those of tables with rules about changes. They are exact and have the run's own
 * deadline. What cannot be compared leaves the rules of its table without evidence, and of no other table.
 */

import type { CheckSpec, CheckState } from '../core/check/check.ts';
import { dataName } from '../core/check/columns.ts';
import { isAboutChanges } from '../core/check/registry.ts';
import { type Doubt, type KnownChanges, unchangedEvidence } from '../core/diff/evidence.ts';
import { protectedObjects } from '../core/diff/protected-objects.ts';
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import type { TableDiff } from '../core/diff/table-diff.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableVersions } from './base-versions.ts';
import type { TableOutput } from './check-tables.ts';
import type { DiffObject } from './diff-objects.ts';
import { type DiffLimits, diffTables } from './diff-tables.ts';
import { inputByContract } from './diff-versions.ts';
import type { QueryEngine, TextFiles, Workspace } from './ports.ts';

/** As many rows as `sluice diff` compares one by one: beyond them a part of the keys is, by which no rule is decided. */
export const REQUIRED_LIMITS: DiffLimits = { exactRows: 100_000_000, profileBytes: 64_000_000 };

/** What a table's rules about changes are judged by. */
export interface RequiredDiff {
  /** A state for each of them, by the check's id. */
  readonly states: ReadonlyMap<string, CheckState>;
  /** Null: nothing changed, or it cannot be told. */
  readonly diff: TableDiff | null;
}

export interface RequiredDiffsRequest {
  readonly outputs: readonly TableOutput[];
  /** Both versions of a table; what is not here yet is put into the directory. */
  readonly versionsOf: (output: TableOutput, directory: string, signal: AbortSignal) => Promise<TableVersions>;
  /** Set: what the change does is not to be had, for no table. */
  readonly unknown: Doubt | null;
  /** Milliseconds since 1970: the judged commit's date. */
  readonly now: number;
  readonly limits?: DiffLimits;
}

export interface RequiredDiffsDeps {
  readonly engine: QueryEngine;
  readonly text: TextFiles;
  readonly workspace: Workspace;
}

/** Rejects when the signal is aborted; whatever else goes wrong is in the states of one table. */
export async function requiredDiffs(
  request: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<TableOutput, RequiredDiff>> {
  const found = new Map<TableOutput, RequiredDiff>();
  for (const output of request.outputs) {
    const rules = output.input.checks.filter(isAboutChanges);
    if (rules.length === 0) continue;
    const { unknown } = request;
    const diff =
      unknown === null ? await requiredDiff(output, rules, request, deps, signal) : unknownOf(rules, unknown);
    found.set(output, diff);
  }
  return found;
}

/** Why none of the rules can be judged. */
function unknownOf(rules: readonly CheckSpec[], { why, help }: Doubt): RequiredDiff {
  const failed: CheckState = { form: 'failed', why, help };
  return { states: new Map(rules.map(({ id }) => [id, failed])), diff: null };
}

/** A session of its own for each table: an engine that breaks on one has not seen another. */
async function requiredDiff(
  output: TableOutput,
  rules: readonly CheckSpec[],
  request: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<RequiredDiff> {
  const { objects } = output.input;
  // What was not read whole is held against nothing.
  if (output.rows === null && objects.length > 0) return unknownOf(rules, UNREAD);
  try {
    return await deps.workspace.use(async (runDirectory) => {
      const versions = await request.versionsOf(output, runDirectory, signal);
      return compareVersions({ output, rules, versions, runDirectory }, request, deps, signal);
    });
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    return unknownOf(rules, { why: cause.problem.message, help: cause.problem.hint ?? '' });
  }
}

const UNREAD: Doubt = { why: 'an object of the table cannot be read', help: 'write it again' };

interface Comparison {
  readonly output: TableOutput;
  readonly rules: readonly CheckSpec[];
  readonly versions: TableVersions;
  readonly runDirectory: string;
}

async function compareVersions(
  { output, rules, versions, runDirectory }: Comparison,
  { now, limits = REQUIRED_LIMITS }: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<RequiredDiff> {
  const { table } = output.input;
  const split = splitObjects(versions.base, versions.merge);
  if (split.base.length + split.merge.length === 0) return unchanged(output, rules);
  const asked = rules.map((rule) => ({ rule, scope: scopeOf(rule, split, output, now) }));
  const parts = asked.flatMap(({ scope }) => ('part' in scope ? [scope.part] : []));
  const compared = await diffTables(
    { tables: [{ ...inputByContract(table, versions), parts }], runDirectory, limits },
    deps,
    signal,
  );
  const [outcome] = compared;
  if (outcome === undefined || 'problem' in outcome) {
    const problem = outcome?.problem;
    return unknownOf(rules, { why: problem?.message ?? 'the diff was not made', help: problem?.hint ?? '' });
  }
  const whole = agreed(outcome.changes, output);
  const states = asked.map(({ rule, scope }): readonly [string, CheckState] => {
    const known = 'part' in scope ? outcome.parts[parts.indexOf(scope.part)] : 'known' in scope ? scope.known : whole;
    return [rule.id, stateOf(known)];
  });
  return { states: new Map(states), diff: outcome.diff };
}

type Scope =
  | { readonly whole: true }
  | { readonly part: ReadonlySet<DiffObject> }
  /** Told without a look at any row. */
  | { readonly known: KnownChanges };

function scopeOf(rule: CheckSpec, split: ObjectSplit<DiffObject>, output: TableOutput, now: number): Scope {
  if (rule.kind !== 'protectedPartition') return { whole: true };
  const found = protectedObjects(split, rule.partition, output.input.table, now);
  if ('doubt' in found) return { known: found };
  if (found.isTouched) return { part: found.objects };
  // How many rows these partitions have nobody has to know, as none of them differs.
  return { known: { evidence: unchangedEvidence(keyOf(output), columnsOf(output), 0) } };
}

function unchanged(output: TableOutput, rules: readonly CheckSpec[]): RequiredDiff {
  const evidence = unchangedEvidence(keyOf(output), columnsOf(output), Number(output.rows ?? 0n));
  return { states: new Map(rules.map(({ id }) => [id, { form: 'changed', evidence }])), diff: null };
}

function stateOf(known: KnownChanges | undefined): CheckState {
  if (known !== undefined && 'evidence' in known) return { form: 'changed', evidence: known.evidence };
  return { form: 'failed', why: known?.doubt.why ?? 'the diff was not made', help: known?.doubt.help ?? null };
}

/** The scan proved how many rows there are. A diff that saw another number has not seen what was judged. */
function agreed(known: KnownChanges, { rows }: TableOutput): KnownChanges {
  if (!('evidence' in known) || known.evidence.rows.merge === Number(rows ?? 0n)) return known;
  return { doubt: { why: 'the diff saw another number of rows than the checks', help: 'merge again' } };
}

function keyOf({ input: { table } }: TableOutput): readonly string[] {
  return table.key.map((name) => dataName(table, name));
}

function columnsOf({ facts }: TableOutput): readonly string[] {
  const own = facts.objects.flatMap((object) => object.columns.map(({ name }) => name));
  return [...new Set([...own, ...facts.partitionColumns])];
}
