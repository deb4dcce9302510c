import type { CheckSpec, CheckState, CompileContext, ParentReference } from '../core/check/check.ts';
import { isAboutChanges } from '../core/check/registry.ts';
import { isUnreadable } from '../core/check/table-facts.ts';
import { compileContext } from '../core/plan/context.ts';
import { authoredExpressions, planChecks } from '../core/plan/plan.ts';
import type { Relation } from '../core/plan/relation.ts';
import { integer, scanCounts, scanStates } from '../core/plan/states.ts';
import type { CheckPlan } from '../core/plan/step.ts';
import { SluiceError } from '../core/problem.ts';
import { compile, sql, value } from '../core/sql.ts';
import { answerStep, failedState, type Run } from './answer-step.ts';
import { createViews } from './author-views.ts';
import type { PreparedTable } from './check-tables.ts';
import { isUnreadableContent, isUnsupported, sentenceOf, unreadable } from './describe-objects.ts';
import type { EngineSession, Row } from './ports.ts';

export interface ChecksResult {
  readonly states: ReadonlyMap<string, CheckState>;
  readonly rows: bigint | null;
  readonly facts: PreparedTable['facts'];
}

/**
 * Asks the engine for the states of a table's checks. The fused scan comes first: it proves that every object gave the
 * rows it claims, without which nothing else counts.
 */
export async function runChecks(
  prepared: PreparedTable,
  all: readonly PreparedTable[],
  parentOf: (reference: ParentReference) => Relation | undefined,
  session: EngineSession,
  signal: AbortSignal,
): Promise<ChecksResult> {
  const { input, relation, facts } = prepared;
  const asked = askedOf(input.checks);
  if (asked.length === 0) return { states: new Map(), rows: null, facts };
  if (relation === null)
    return notReadable(
      prepared,
      input.objects.length === 0 ? 'the table has no objects' : 'an object of the table cannot be read',
    );
  const refused = await refusedByGuard(asked, session, signal);
  const checks = asked.filter((spec) => !refused.has(spec.id));
  const context = compileContext(relation, parentOf);
  let scanned: Scanned;
  try {
    scanned = await scanOnce(checks, relation, context, session, signal);
  } catch (cause) {
    if (!isUnreadableContent(cause)) throw cause;
    const found = await findCulprits(prepared, relation, session, signal);
    const named = found.facts.objects.some(isUnreadable);
    return notReadable(
      found,
      named ? 'an object of the table cannot be read' : `the scan failed: ${sentenceOf(cause)}`,
    );
  }
  const { plan, rows } = scanned;
  const counts = scanCounts(rows, relation);
  const mismatch = counts === null ? 'the engine left a row count out' : coverageGap(prepared, counts.perObject);
  if (counts === null || mismatch !== null) return notReadable(prepared, mismatch ?? '');
  const isAuthored = plan.steps.some((step) => step.kind === 'authored');
  const views = isAuthored ? await createViews(input.contract, all, session, signal) : [];
  const run: Run = { relation, scan: plan.scan, rows, total: counts.total, relations: views, session, signal };
  const states = new Map([...refused, ...scanStates(plan.scan, rows, relation)]);
  for (const step of plan.steps) states.set(step.check, await answerStep(step, run));
  return { states, rows: counts.total, facts };
}

/** Rules about changes are judged by a diff, and nothing in this version alone can answer them. */
function askedOf(checks: readonly CheckSpec[]): readonly CheckSpec[] {
  return checks.filter((spec) => !isAboutChanges(spec));
}

interface Scanned {
  readonly plan: CheckPlan;
  readonly rows: readonly Row[];
}

/**
 * Runs the fused scan. An author's expression may fail on the data (a cast, a column that is not there) and take the
 * scan with it; then those expressions get statements of their own, and only the culprit ends as an error.
 */
async function scanOnce(
  checks: readonly CheckSpec[],
  relation: Relation,
  context: CompileContext,
  session: EngineSession,
  signal: AbortSignal,
): Promise<Scanned> {
  const together = planChecks(checks, relation, context);
  const authored = new Set(checks.filter((spec) => authoredExpressions(spec).length > 0).map((spec) => spec.id));
  try {
    return { plan: together, rows: await session.query(together.scan.query, signal) };
  } catch (cause) {
    const mayBeAuthored = cause instanceof SluiceError && cause.problem.code === 'engine-query' && authored.size > 0;
    if (!mayBeAuthored) throw cause;
  }
  const apart = planChecks(checks, relation, context, authored);
  return { plan: apart, rows: await session.query(apart.scan.query, signal) };
}

/** Judges every expression an author wrote, before any of them becomes part of a statement. */
async function refusedByGuard(
  checks: readonly CheckSpec[],
  session: EngineSession,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CheckState>> {
  const refused = new Map<string, CheckState>();
  for (const spec of checks) {
    for (const expression of authoredExpressions(spec)) {
      try {
        await session.guardExpression(expression, signal);
      } catch (cause) {
        refused.set(spec.id, failedState(cause, signal));
      }
    }
  }
  return refused;
}

/** Every check but those judged from facts becomes an error: the evidence is not to be had. */
function notReadable({ input, facts }: PreparedTable, why: string): ChecksResult {
  const judgedFromFacts = new Set<CheckSpec['kind']>(['readable', 'columnPresence', 'extraColumns', 'text']);
  const states = askedOf(input.checks).map((spec): readonly [string, CheckState] => [
    spec.id,
    judgedFromFacts.has(spec.kind) ? { form: 'facts' } : { form: 'failed', why, help: null },
  ]);
  return { states: new Map(states), rows: null, facts };
}

/** Null when each object gave as many rows as its footer, or the records our scanner counted, say. */
function coverageGap({ claimedRows }: PreparedTable, seen: ReadonlyMap<string, bigint>): string | null {
  for (const [path, claimed] of claimedRows) {
    if ((seen.get(path) ?? 0n) !== claimed) return `${path} gave another number of rows than its footer says`;
  }
  return null;
}

/** Reads the objects one by one, every column, to name those that cannot be read to their end. */
async function findCulprits(
  prepared: PreparedTable,
  relation: Relation,
  session: EngineSession,
  signal: AbortSignal,
): Promise<PreparedTable> {
  const broken = new Map<string, unknown>();
  for (const object of relation.groups.flat()) {
    const query = compile(
      sql`SELECT count(COLUMNS(*)) FROM read_parquet(${value(object.localPath)}, hive_partitioning = false)`,
    );
    try {
      await session.query(query, signal);
    } catch (cause) {
      if (!isUnreadableContent(cause)) throw cause;
      const isStated = !isUnsupported(cause) || (await statesFeature(object.localPath, session, signal));
      broken.set(object.facts.path, isStated ? cause : UNSTATED);
    }
  }
  const objects = prepared.facts.objects.map((facts) => {
    const input = prepared.input.objects.find((object) => object.path === facts.path);
    if (!broken.has(facts.path) || input === undefined) return facts;
    return unreadable(input, broken.get(facts.path)).facts;
  });
  return { ...prepared, facts: { ...prepared.facts, objects } };
}

/** Whether the footer states what the engine does not support. Else a damaged page only looks like it. */
async function statesFeature(localPath: string, session: EngineSession, signal: AbortSignal): Promise<boolean> {
  const query = compile(sql`SELECT count(*) AS stated FROM parquet_metadata(${value(localPath)})
    WHERE encodings LIKE '%BYTE_STREAM_SPLIT%' OR encodings LIKE '%DELTA_LENGTH_BYTE_ARRAY%' OR compression = 'LZO'`);
  const [row] = await session.query(query, signal);
  return integer(row?.['stated']) !== 0n;
}

const UNSTATED = new SluiceError({
  code: 'engine-input',
  message: 'a page of the Parquet file has another encoding than its footer says',
});
