/**
 * Runs every check of a set of tables in one engine session: makes the objects readable, reads each one's own schema,
 * plans, asks, and hands back evidence. It judges nothing; core/verdict does.
 */
import type { CheckSpec, CheckState, ParentReference } from '../core/check/check.ts';
import type { ObjectFacts, TableFacts } from '../core/check/table-facts.ts';
import { isUnreadable } from '../core/check/table-facts.ts';
import type { Contract, ContractTable } from '../core/contract/contract.ts';
import type { ReadableObject } from '../core/plan/object-groups.ts';
import { buildRelation, type Relation } from '../core/plan/relation.ts';
import { describeParquet } from './describe-objects.ts';
import { withFolderDefects } from './folder-contradictions.ts';
import { formatOf, type InputObject } from './input-objects.ts';
import type { GateObserver } from './observer.ts';
import type { EngineSession, QueryEngine } from './ports.ts';
import { runChecks } from './run-checks.ts';
import { lookThrough, sessionFiles, type TableTexts, type TextDeps, textsIn } from './run-texts.ts';

export interface TableInput {
  readonly contract: Contract;
  readonly table: ContractTable;
  readonly objects: readonly InputObject[];
  /** Empty for a table that is only read for another one's sake. */
  readonly checks: readonly CheckSpec[];
}

export interface TableOutput {
  readonly input: TableInput;
  readonly facts: TableFacts;
  /** As the checks read it; null when an object cannot be read. Its files are in the run's directory. */
  readonly relation: Relation | null;
  readonly states: ReadonlyMap<string, CheckState>;
  readonly rows: bigint | null;
}

export interface CheckTablesRequest {
  readonly tables: readonly TableInput[];
  /** Existing directory of this run; staged and plain files go there. */
  readonly runDirectory: string;
  readonly onProgress?: (stage: string) => void;
}

/** A table made ready: its facts, and a relation when every object can be read. */
export interface PreparedTable {
  readonly input: TableInput;
  readonly facts: TableFacts;
  readonly relation: Relation | null;
  /** Rows that the footers claim, or that staging wrote, to hold against the scan. */
  readonly claimedRows: ReadonlyMap<string, bigint>;
}

/** Gathers the evidence for every table. Rejects when the engine breaks, never for bad data. */
export async function checkTables(
  request: CheckTablesRequest,
  deps: TextDeps & { readonly engine: QueryEngine; readonly observer?: GateObserver },
  signal: AbortSignal,
): Promise<readonly TableOutput[]> {
  const { runDirectory, onProgress } = request;
  const read = request.tables.map((input) => ({ input, table: input.table, objects: input.objects }));
  const tables = await lookThrough(read, textsIn(runDirectory, deps), signal, onProgress);
  const session = await deps.engine.open({ ...sessionFiles(tables), runDirectory }, signal);
  try {
    const prepared: PreparedTable[] = [];
    for (const { input, texts } of tables) prepared.push(await prepareTable(input, texts, session, signal));
    const outputs: TableOutput[] = [];
    for (const table of prepared) {
      request.onProgress?.(`checking ${table.input.table.name}`);
      const result = await runChecks(table, prepared, parentFinder(table, prepared), session, signal);
      deps.observer?.rows(result.rows ?? 0n);
      outputs.push({ input: table.input, relation: table.relation, ...result });
    }
    return outputs;
  } finally {
    await session.close();
  }
}

async function prepareTable(
  input: TableInput,
  texts: TableTexts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<PreparedTable> {
  const { table, objects } = input;
  const readable = new Map<string, ReadableObject>();
  const claimedRows = new Map<string, bigint>();
  const known = objects.filter((object) => formatOf(table, object.path) === 'parquet');
  for (const [index, described] of (await describeParquet(known, session, signal)).entries()) {
    const object = known[index];
    if (object === undefined) continue;
    readable.set(object.path, {
      facts: described.facts,
      localPath: object.localPath,
      staged: null,
      partition: object.partition,
    });
    if (described.claimedRows !== null) claimedRows.set(object.path, described.claimedRows);
  }
  for (const object of objects) {
    const text = texts.of.get(object);
    if (text !== undefined) {
      const staged = await texts.stage(table, text, session, signal);
      readable.set(object.path, staged.readable);
      if (staged.rows !== null) claimedRows.set(object.path, staged.rows);
    } else if (!known.includes(object)) readable.set(object.path, ofUnknownFormat(object));
  }
  const read = objects.flatMap((object) => readable.get(object.path) ?? []);
  const all = input.checks.length === 0 ? read : await withFolderDefects(table, read, session, signal);
  const partitionColumns = [...new Set(objects.flatMap((object) => Object.keys(object.partition)))];
  const facts: TableFacts = { objects: all.map((one) => one.facts), partitionColumns };
  return { input, facts, claimedRows, relation: facts.objects.some(isUnreadable) ? null : buildRelation(table, all) };
}

function ofUnknownFormat(object: InputObject): ReadableObject {
  const message = 'the name tells no format: expected .parquet, .csv or .jsonl, or `format` in the contract';
  const facts: ObjectFacts = {
    path: object.path,
    format: 'parquet',
    sizeBytes: object.sizeBytes,
    columns: [],
    defects: [{ message, line: null, rows: null }],
    records: null,
  };
  return { facts, localPath: object.localPath, staged: null, partition: object.partition };
}

/** Relations of the tables that the checks of a table refer to. */
export function parentFinder(
  child: Pick<PreparedTable, 'input'>,
  all: readonly Pick<PreparedTable, 'input' | 'relation'>[],
): (reference: ParentReference) => Relation | undefined {
  return (reference) =>
    all.filter(({ input }) => isParent(input, reference, child.input.contract)).at(0)?.relation ?? undefined;
}

/** Whether a table is the one that a contract refers to. */
export function isParent({ contract, table }: TableInput, reference: ParentReference, own: Contract): boolean {
  return [table.name, table.physicalName].includes(reference.table) && isContract(contract, reference, own);
}

/** A reference to another file matches by the end of its path, as references are written relative to the contract. */
function isContract(candidate: Contract, reference: ParentReference, own: Contract): boolean {
  if (reference.contract === null) return candidate.file === own.file;
  const wanted = reference.contract.replace(/^(\.\.?\/)+/, '');
  return candidate.file === wanted || candidate.file.endsWith(`/${wanted}`) || candidate.id === reference.contract;
}
