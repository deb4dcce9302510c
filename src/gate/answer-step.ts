import type { CheckState } from '../core/check/check.ts';
import { bitmapQuery, isWorthABitmap } from '../core/plan/keys.ts';
import type { Relation } from '../core/plan/relation.ts';
import { integer, type KeySizes, keySizesOf, keyState, rowsState } from '../core/plan/states.ts';
import type { KeysStep, ScanStep, Step } from '../core/plan/step.ts';
import { SluiceError } from '../core/problem.ts';
import type { CompiledQuery } from '../core/sql.ts';
import type { EngineSession, Row } from './ports.ts';

/** What the steps of one table share. */
export interface Run {
  readonly relation: Relation;
  readonly scan: ScanStep;
  readonly rows: readonly Row[];
  readonly total: bigint;
  readonly relations: readonly string[];
  readonly session: EngineSession;
  readonly signal: AbortSignal;
}

/** A check whose statement fails is an error of that check alone; a dead engine or a deadline ends the run. */
export async function answerStep(step: Exclude<Step, ScanStep>, run: Run): Promise<CheckState> {
  try {
    return await stateOf(step, run);
  } catch (cause) {
    return failedState(cause, run.signal);
  }
}

/** The state of a check whose statement failed; what ends the whole run is thrown on. */
export function failedState(cause: unknown, signal: AbortSignal): CheckState {
  if (!(cause instanceof SluiceError) || signal.aborted || ENDS_THE_RUN.has(cause.problem.code)) throw cause;
  return { form: 'failed', why: cause.problem.message, help: cause.problem.hint ?? null };
}

const ENDS_THE_RUN: ReadonlySet<string> = new Set(['engine-died', 'engine-deadline', 'engine-aborted']);

async function stateOf(step: Exclude<Step, ScanStep>, run: Run): Promise<CheckState> {
  const ask = (query: CompiledQuery): Promise<readonly Row[]> => run.session.query(query, run.signal);
  switch (step.kind) {
    case 'facts':
      return { form: 'facts' };
    case 'impossible':
      return { form: 'failed', why: step.why, help: null };
    case 'rows':
      return rowsState(await ask(step.query), run.relation, run.total);
    case 'count':
      return counted(0n, step.query === null ? run.total : integer((await ask(step.query))[0]?.['n']));
    case 'maximum': {
      return aggregateState(await ask(step.query));
    }
    case 'keys':
      return keysState(step, await sizesOf(step, run), run, ask);
    case 'authored':
      return authoredState(step, run);
  }
}

/** One row; its value is NULL when there was nothing to aggregate. */
function aggregateState([row]: readonly Row[]): CheckState {
  if (row === undefined || (row['value'] !== null && integer(row['value']) === null)) {
    return { form: 'failed', why: 'the engine left a maximum out', help: null };
  }
  return { form: 'aggregate', value: integer(row['value'])?.toString() ?? null };
}

function counted(failing: bigint | null, evaluated: bigint | null): CheckState {
  if (failing === null || evaluated === null) return { form: 'failed', why: 'the engine left a count out', help: null };
  return { form: 'counted', failing, evaluated, objects: [], duplicateKeys: null, nullKeys: null };
}

async function sizesOf(step: KeysStep, { scan, rows, session, signal }: Run): Promise<KeySizes | null> {
  const fused = scan.keySizes.find((size) => size.check === step.check);
  if (step.size === null) return fused === undefined ? null : keySizesOf(fused, rows);
  const answer = await session.query(step.size, signal);
  return keySizesOf({ check: step.check, filled: 'filled', low: 'low', high: 'high' }, answer);
}

/** Cheapest exact way first: a bitmap for integers of a bounded span, distinct counting else, details only on failure. */
async function keysState(
  step: KeysStep,
  sizes: KeySizes | null,
  { relation, total }: Run,
  ask: (query: CompiledQuery) => Promise<readonly Row[]>,
): Promise<CheckState> {
  if (sizes === null) return { form: 'failed', why: 'the engine left a count out', help: null };
  const { rows, filled } = sizes;
  if (rows > total || (rows < total && !step.filtered)) {
    return { form: 'failed', why: 'the statement of this check did not see every row', help: null };
  }
  const [answer] = filled === 0n ? [{ different: '0' }] : await ask(distinctQuery(step, sizes));
  const different = integer(answer?.['different']);
  if (different === null) return { form: 'failed', why: 'the engine left the number of distinct keys out', help: null };
  const [detail] = different === filled ? [{ keys: '0', failing: '0' }] : await ask(step.repeated);
  const [keys, failing] = [integer(detail?.['keys']), integer(detail?.['failing'])];
  if (keys === null || failing === null) {
    return { form: 'failed', why: 'the engine left the repeated keys out', help: null };
  }
  const state = keyState(sizes, different, { keys, failing }, step.nullsFail);
  if (state.form !== 'counted' || state.failing === 0n) return state;
  const spread = rowsState(await ask(step.spread), relation, rows);
  // Where the rows are is told only if it adds up; that they are there is proved already.
  return spread.form === 'counted' && spread.failing === state.failing ? { ...state, objects: spread.objects } : state;
}

function distinctQuery(step: KeysStep, { filled, low, high }: KeySizes): CompiledQuery {
  if (step.bitmap === null || low === null || high === null) return step.distinct;
  return isWorthABitmap({ filled, low, high }) ? bitmapQuery(step.bitmap, low, high) : step.distinct;
}

async function authoredState(
  step: Step & { readonly kind: 'authored' },
  { session, signal, relations, total }: Run,
): Promise<CheckState> {
  const query = step.sql.trim().replace(/;\s*$/, '');
  if (step.result === 'rows') {
    // A line end before the bracket, so that a comment at the query's end cannot swallow it.
    const rows = await session.authoredQuery(
      { sql: `SELECT count(*) AS failing FROM (${query}\n) AS given`, relations, maxRows: 2 },
      signal,
    );
    return counted(rows.length === 1 ? integer(rows[0]?.['failing']) : null, total);
  }
  const rows = await session.authoredQuery({ sql: query, relations, maxRows: 2 }, signal);
  const values = Object.values(rows[0] ?? {});
  if (rows.length !== 1 || values.length !== 1) {
    const why = `the query gave ${rows.length === 1 ? `${values.length} columns` : rows.length === 0 ? 'no row' : 'several rows'}; one value is asked`;
    return {
      form: 'failed',
      why,
      help: 'write a SELECT with one aggregate, for instance SELECT count(*) FROM {object} WHERE ...',
    };
  }
  const [value] = values;
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { form: 'scalar', value: scalar };
}
