/** `sluice diff` of two refs: every table of a lakeFS repository that is not the same at both. */
import type { Contract } from '../core/contract/contract.ts';
import { suggestion } from '../core/contract/nearest-word.ts';
import { DIFF_REPORT_VERSION, type DiffReport } from '../core/diff/diff-report.ts';
import { orderTables } from '../core/diff/order-tables.ts';
import { hasErrors, type Problem, SluiceError } from '../core/problem.ts';
import { type CompareDeps, compareRefTables, type HowToCompare } from './compare-ref-tables.ts';
import { type FoundTables, findRefTables, shortName } from './find-ref-tables.ts';
import { readContracts } from './load-contracts.ts';
import type { Commit, ContractSource, Lake } from './ports.ts';
import { type Changes, readChanges } from './read-changes.ts';
import type { RepositoryReader } from './repository-ports.ts';

export interface RefDiffRequest extends HowToCompare {
  readonly repository: string;
  /** Whatever lakeFS resolves: branch, tag, commit id, `main~1`. */
  readonly base: string;
  readonly head: string;
  /** Table names or path prefixes; empty: every table that changed. */
  readonly tables: readonly string[];
  /** `${NAME}` of ODCS 3.2 in contracts. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface RefDiffDeps extends CompareDeps {
  readonly lake: Pick<Lake, 'diff' | 'list' | 'storageNamespace'>;
  readonly reader: Pick<RepositoryReader, 'resolve' | 'branches' | 'uncommitted'>;
  /** Null: tables are what folders tell. Read at the base. */
  readonly contracts: ContractSource | null;
  readonly version: string;
  /** Milliseconds, monotonic. */
  readonly elapsed: () => number;
}

/**
 * Compares what is committed at the two refs, which are resolved once. Tables that cannot be compared say why in the
 * report.
 *
 * @throws SluiceError `lakefs-not-found` for a ref that is none, `diff-table-unknown`, `changes-contradict`, and what
 *   lakeFS, its S3 gateway or the engine break with
 */
export async function diffRefs(request: RefDiffRequest, deps: RefDiffDeps, signal: AbortSignal): Promise<DiffReport> {
  const started = deps.elapsed();
  const { repository } = request;
  const [base, head] = await Promise.all([
    deps.reader.resolve(repository, request.base, signal),
    deps.reader.resolve(repository, request.head, signal),
  ]);
  const { problems, ordered } = await compareCommits(request, { base, head }, deps, signal);
  return {
    diffVersion: DIFF_REPORT_VERSION,
    scope: {
      kind: 'refs',
      repository,
      base: request.base,
      head: request.head,
      baseCommit: base.id,
      headCommit: head.id,
    },
    ...ordered,
    problems: [...problems, ...(await uncommitted(request, deps.reader, signal))],
    engine: { sluice: deps.version, duckdb: deps.engine.version },
    durationMs: Math.round(deps.elapsed() - started),
  };
}

interface Compared {
  readonly problems: readonly Problem[];
  readonly ordered: Pick<DiffReport, 'tables' | 'omittedTables'>;
}

async function compareCommits(
  request: RefDiffRequest,
  { base, head }: { readonly base: Commit; readonly head: Commit },
  deps: RefDiffDeps,
  signal: AbortSignal,
): Promise<Compared> {
  const { repository, tables: selected, onProgress } = request;
  const nothing = { tables: [], omittedTables: 0 };
  if (base.metaRangeId === head.metaRangeId && selected.length === 0) return { problems: [], ordered: nothing };
  const { contracts, problems } = await contractsAt(base, request, deps.contracts, signal);
  if (hasErrors(problems)) return { problems, ordered: nothing };
  onProgress?.({ stage: 'looking for what changed' });
  const changes = await readChanges(
    {
      repository,
      tree: { kind: 'commit', commit: head },
      destination: base,
      prefixes: prefixesOf(selected, contracts),
    },
    deps,
    signal,
  );
  const found = findRefTables({ repository, contracts, changes, selected });
  refuseUnknown([...request.keyOf.keys()], found);
  const storageNamespace = await deps.lake.storageNamespace(repository, signal);
  const versions = { repository, baseCommit: base.id, headCommit: head.id, storageNamespace };
  const { tables, omitted } = await compareRefTables({ ...request, versions, tables: found.tables }, deps, signal);
  const ordered = orderTables(tables);
  return {
    problems: [...problems, ...tooMany(omitted), ...unseen(changes, found), ...noTables(found)],
    ordered: { ...ordered, omittedTables: ordered.omittedTables + omitted },
  };
}

/** A key that was meant for a table and reaches none would be no key, without a word. */
function refuseUnknown(named: readonly string[], { tables }: FoundTables): void {
  const names = tables.flatMap(({ table }) => [table.name, shortName(table.name)]);
  const unknown = named.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new SluiceError({
    code: 'diff-table-unknown',
    message: `No table that is compared is called ${unknown}, and a key was given for it.`,
    hint: suggestion(unknown, names.slice(0, 40), 'There are'),
  });
}

async function contractsAt(
  base: Commit,
  { repository, variables }: RefDiffRequest,
  source: ContractSource | null,
  signal: AbortSignal,
): Promise<{ readonly contracts: readonly Contract[]; readonly problems: readonly Problem[] }> {
  if (source === null) return { contracts: [], problems: [] };
  return readContracts(await source.load({ repository, destinationCommit: base.id }, signal), variables);
}

/** Folders alone can be told from the rest by their path. A contract's tables have to be listed whole. */
function prefixesOf(selected: readonly string[], contracts: readonly Contract[]): readonly string[] {
  const folders = selected.filter((word) => word.endsWith('/')).map((word) => word.replace(/^\/+/, ''));
  if (folders.length === 0 || folders.length < selected.length || contracts.length > 0) return [''];
  return [...new Set(folders)].filter((one) => !folders.some((other) => other !== one && one.startsWith(other)));
}

const MOST_NAMED = 5;

function named(paths: readonly string[]): string {
  const more = paths.length - MOST_NAMED;
  return `${paths.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function tooMany(omitted: number): readonly Problem[] {
  if (omitted === 0) return [];
  const message = `${omitted} more tables changed and were not compared`;
  return [{ code: 'diff-too-many-tables', message, hint: 'name those to compare with --table' }];
}

/** A client can choose the checksum that lakeFS compares by. */
function unseen({ objects }: Changes, { tables }: FoundTables): readonly Problem[] {
  const compared = new Set(tables.flatMap(({ before, after }) => [...before, ...after].map(({ path }) => path)));
  const hidden = objects.filter(({ path, seenByDiff }) => !seenByDiff && compared.has(path)).map(({ path }) => path);
  if (hidden.length === 0) return [];
  return [
    {
      code: 'diff-unseen',
      level: 'warning',
      message: `other bytes though lakeFS's own diff shows no change: ${named(hidden)}`,
      hint: 'ask who wrote them: a client can claim the checksum that lakeFS compares by',
    },
  ];
}

function noTables({ others }: FoundTables): readonly Problem[] {
  if (others.length === 0) return [];
  return [
    {
      code: 'diff-no-table',
      level: 'warning',
      message: `changed as well, and no table: ${named(others)}`,
      hint: 'only Parquet, CSV and JSON lines are compared row by row',
    },
  ];
}

/** Whoever names a branch may think of what is not committed yet. */
async function uncommitted(
  { repository, base, head }: RefDiffRequest,
  reader: RefDiffDeps['reader'],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const ref of new Set([base, head])) {
    const branches = await reader.branches(repository, ref, signal);
    if (!branches.some(({ id }) => id === ref)) continue;
    if ((await reader.uncommitted(repository, ref, signal)).length === 0) continue;
    const message = `${ref} has changes that are not committed; they are not compared`;
    problems.push({
      code: 'diff-uncommitted',
      level: 'warning',
      message,
      hint: 'commit them first, if they are meant',
    });
  }
  return problems;
}
