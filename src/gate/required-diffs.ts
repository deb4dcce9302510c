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
import { type Problem, SluiceError } from '../core/problem.ts';
import type { TableVersions, VersionsOf } from './base-versions.ts';
import type { TableOutput } from './check-tables.ts';
import type { DiffObject } from './diff-objects.ts';
import type { ComparedVersions, DiffLimits, DiffOutcome } from './diff-request.ts';
import { diffTables } from './diff-tables.ts';
import { inputByContract } from './diff-versions.ts';
import type { QueryEngine, Workspace } from './ports.ts';
import { timeLeftMs } from './run-deadline.ts';
import type { TextDeps } from './run-texts.ts';

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
  readonly versionsOf: VersionsOf;
  /** Set: what the change does is not to be had, for no table. */
  readonly unknown: Doubt | null;
  /** Milliseconds since 1970: the judged commit's date. */
  readonly now: number;
  readonly limits?: DiffLimits;
}

export interface RequiredDiffsDeps extends TextDeps {
  readonly engine: QueryEngine;
  readonly workspace: Workspace;
}

type RequiredDiffs = ReadonlyMap<TableOutput, RequiredDiff>;

/** Rejects when the signal is aborted; whatever else goes wrong is in the states of one table. */
export async function requiredDiffs(
  request: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<RequiredDiffs> {
  const { unknown } = request;
  const ruled = request.outputs.filter((output) => rulesOf(output).length > 0);
  // What was not read whole is held against nothing.
  const doubt = (output: TableOutput): Doubt | null => unknown ?? (isUnread(output) ? UNREAD : null);
  const found = new Map<TableOutput, RequiredDiff>();
  for (const output of ruled) {
    const why = doubt(output);
    if (why !== null) found.set(output, unknownOf(output, why));
  }
  const open = ruled.filter((output) => !found.has(output));
  return new Map([...found, ...(open.length === 0 ? [] : await compareEach(open, request, deps, signal))]);
}

/** In one session, as starting one takes time; where that breaks, each table alone, so that it is clear on which. */
async function compareEach(
  outputs: readonly TableOutput[],
  request: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<RequiredDiffs> {
  const found = new Map<TableOutput, RequiredDiff>();
  const [only, ...others] = outputs;
  try {
    const compared = await deps.workspace.use((directory) => compare(outputs, directory, request, deps, signal));
    for (const [output, required] of compared) found.set(output, required);
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted) throw cause;
    if (only !== undefined && others.length === 0) found.set(only, unknownOf(only, doubtOf(cause.problem)));
  }
  for (const output of outputs.filter((one) => !found.has(one))) {
    for (const [own, required] of await compareEach([output], request, deps, signal)) found.set(own, required);
  }
  return found;
}

/** What an engine that broke left open is left out, unless it was asked of this table alone. */
async function compare(
  outputs: readonly TableOutput[],
  directory: string,
  { versionsOf, now, limits = REQUIRED_LIMITS }: RequiredDiffsRequest,
  deps: RequiredDiffsDeps,
  signal: AbortSignal,
): Promise<RequiredDiffs> {
  const versions = await versionsOf(
    outputs.map(({ input }) => input.table),
    signal,
  );
  const tables = outputs.map((output) => comparisonOf(output, versions.get(output.input.table), now));
  const changed = tables.filter(({ split }) => split.base.length + split.merge.length > 0);
  const inputs = changed.map(({ output, versions: own, parts }) => ({
    ...inputByContract(output.input.table, own),
    parts,
    folderColumns: rulesOf(output).flatMap((rule) => (rule.kind === 'protectedPartition' ? rule.partition.column : [])),
  }));
  const outcomes =
    inputs.length === 0
      ? []
      : await diffTables(
          { tables: inputs, runDirectory: directory, limits: { shownMs: shownTime(inputs.length), ...limits } },
          deps,
          signal,
        );
  return new Map(
    tables.flatMap((table): readonly (readonly [TableOutput, RequiredDiff])[] => {
      const { output } = table;
      if (!changed.includes(table)) return [[output, unchanged(output)]];
      const outcome = outcomes[changed.indexOf(table)];
      if (outcome !== undefined && 'diff' in outcome) return [[output, judgedBy(table, outcome)]];
      const isOfEngine = outcome === undefined || outcome.problem.code.startsWith('engine-');
      if (isOfEngine && outputs.length > 1) return [];
      return [[output, outcome === undefined ? unknownOf(output, UNMADE) : uncomparedOf(output, outcome)]];
    }),
  );
}

/** What people like to look at must not take the time in which the next table is judged. */
function shownTime(tables: number): number {
  return Math.max(LEAST_SHOWN_MS, (timeLeftMs() ?? UNLIMITED_RUN_MS) / (4 * tables));
}

const LEAST_SHOWN_MS = 500;
const UNLIMITED_RUN_MS = 120_000;

interface Comparison {
  readonly output: TableOutput;
  readonly versions: TableVersions;
  readonly split: ObjectSplit<DiffObject>;
  readonly asked: readonly { readonly rule: CheckSpec; readonly scope: Scope }[];
  readonly parts: readonly ReadonlySet<DiffObject>[];
}

function comparisonOf(output: TableOutput, versions: TableVersions | undefined, now: number): Comparison {
  if (versions === undefined) throw new TypeError('the versions of a table were not looked for');
  const split = splitObjects(versions.base, versions.merge);
  const asked = rulesOf(output).map((rule) => ({ rule, scope: scopeOf(rule, split, output, now) }));
  const parts = asked.flatMap(({ scope }) => ('part' in scope ? [scope.part] : []));
  return { output, versions, split, asked, parts };
}

function judgedBy({ output, asked, parts }: Comparison, compared: ComparedVersions): RequiredDiff {
  const whole = agreed(compared.changes, output);
  const states = asked.map(({ rule, scope }): readonly [string, CheckState] => {
    const known = 'part' in scope ? compared.parts[parts.indexOf(scope.part)] : 'known' in scope ? scope.known : whole;
    return [rule.id, stateOf(contradicted(rule, compared) ?? known ?? { doubt: UNMADE })];
  });
  return { states: new Map(states), diff: compared.diff };
}

/** Whichever of the two a reader takes for the column, the rule is about the rows that it reads there. */
function contradicted(rule: CheckSpec, { contradictions }: ComparedVersions): KnownChanges | null {
  if (rule.kind !== 'protectedPartition') return null;
  const { column } = rule.partition;
  const found = contradictions.find((one) => one.column === column);
  if (found === undefined) return null;
  const why = `whether ${found.object.facts.path} is protected cannot be told: its column ${column} says something else than its folder ${column}=...`;
  return {
    doubt: { why, help: `write the object again, without the column ${column} or with the folder's value in it` },
  };
}

function rulesOf({ input }: TableOutput): readonly CheckSpec[] {
  return input.checks.filter(isAboutChanges);
}

function isUnread({ input, rows }: TableOutput): boolean {
  return rows === null && input.objects.length > 0;
}

/** Why none of a table's rules can be judged. */
function unknownOf(output: TableOutput, doubt: Doubt): RequiredDiff {
  const state = stateOf({ doubt });
  return { states: new Map(rulesOf(output).map(({ id }) => [id, state])), diff: null };
}

/** Rows could not be told apart, and yet a rule about the whole table may be broken for certain. */
function uncomparedOf(output: TableOutput, { problem, certain }: Exclude<DiffOutcome, ComparedVersions>): RequiredDiff {
  const doubt = doubtOf(problem);
  const whole = agreed(certain === undefined ? { doubt } : { doubt, certain }, output);
  const known = (rule: CheckSpec): KnownChanges => (rule.kind === 'protectedPartition' ? { doubt } : whole);
  return { states: new Map(rulesOf(output).map((rule) => [rule.id, stateOf(known(rule))])), diff: null };
}

function doubtOf({ message, hint = '' }: Problem): Doubt {
  return { why: message, help: hint };
}

const UNREAD: Doubt = { why: 'an object of the table cannot be read', help: 'write it again' };
const UNMADE: Doubt = { why: 'the diff was not made', help: 'This is a defect in Sluice; please report it.' };

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

function unchanged(output: TableOutput): RequiredDiff {
  const evidence = unchangedEvidence(keyOf(output), columnsOf(output), Number(output.rows ?? 0n));
  return { states: new Map(rulesOf(output).map(({ id }) => [id, { form: 'changed', evidence }])), diff: null };
}

function stateOf(known: KnownChanges): CheckState {
  if ('evidence' in known) return { form: 'changed', evidence: known.evidence };
  const { doubt, certain } = known;
  return certain === undefined ? { form: 'failed', ...doubt } : { form: 'doubted', ...doubt, certain };
}

/** The scan proved how many rows there are. A diff that saw another number has not seen what was judged. */
function agreed(known: KnownChanges, { rows }: TableOutput): KnownChanges {
  const seen = 'evidence' in known ? known.evidence : known.certain;
  if (seen === undefined || seen.rows.merge === Number(rows ?? 0n)) return known;
  return { doubt: { why: 'the diff saw another number of rows than the checks', help: 'merge again' } };
}

function keyOf({ input: { table } }: TableOutput): readonly string[] {
  return table.key.map((name) => dataName(table, name));
}

function columnsOf({ facts }: TableOutput): readonly string[] {
  const own = facts.objects.flatMap((object) => object.columns.map(({ name }) => name));
  return [...new Set([...own, ...facts.partitionColumns])];
}
