/** Both versions of tables made readable in one engine session. */
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import { buildRelation, type Relation } from '../core/plan/relation.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableVersions } from './base-versions.ts';
import type { TableInput } from './check-tables.ts';
import { type DiffObject, type DiffTexts, makeTextsPlain, readObjects } from './diff-objects.ts';
import type { EngineSession, QueryEngine, TextFiles } from './ports.ts';

/** A table of the run with what it was before. */
export interface TableWithBase {
  readonly input: TableInput;
  readonly versions: TableVersions;
}

/** A table of which both versions can be asked. Null relation: no rows. */
export interface VersionedTable {
  readonly input: TableInput;
  readonly base: Relation | null;
  readonly merge: Relation | null;
  /** Rows of the objects that one version alone has, under the types of the whole version. */
  readonly changed: { readonly base: Relation | null; readonly merge: Relation | null };
  /** Rows of the objects that both versions have, under the types of the merge. */
  readonly shared: Relation | null;
}

export interface VersionedTables {
  readonly session: EngineSession;
  readonly tables: readonly VersionedTable[];
  /** Tables that cannot be read, and why. */
  readonly unreadable: ReadonlyMap<TableInput, string>;
}

export interface VersionsRequest {
  readonly tables: readonly TableWithBase[];
  /** Existing directory of this run. */
  readonly runDirectory: string;
}

/** Does the work in a session over both versions of the tables. Rejects when no engine can be had or it breaks. */
export async function withVersions<T>(
  { tables, runDirectory }: VersionsRequest,
  work: (versioned: VersionedTables) => Promise<T>,
  deps: { readonly engine: QueryEngine; readonly text: TextFiles },
  signal: AbortSignal,
): Promise<T> {
  const split = tables.map(({ input, versions }) => ({ input, split: splitObjects(versions.base, versions.merge) }));
  const read = split.map((one) => ({ ...one, table: one.input.table, objects: everyObject(one.split) }));
  const texts = await makeTextsPlain(read, runDirectory, deps.text, signal);
  const objects = read.flatMap((one) => one.objects);
  const session = await deps.engine.open(
    {
      inputFiles: [...new Set(objects.map((object) => texts.get(object)?.plain.localPath ?? object.localPath))],
      stagedFiles: [...texts.values()].map((text) => text.stagedPath),
      runDirectory,
    },
    signal,
  );
  try {
    const versioned: VersionedTable[] = [];
    const unreadable = new Map<TableInput, string>();
    for (const one of split) {
      const table = await versionedOrWhy(one, texts, session, signal);
      if (typeof table === 'string') unreadable.set(one.input, table);
      else versioned.push(table);
    }
    return await work({ session, tables: versioned, unreadable });
  } finally {
    await session.close();
  }
}

function everyObject(split: ObjectSplit<DiffObject>): readonly DiffObject[] {
  return [...split.shared, ...split.base, ...split.merge];
}

async function versionedOrWhy(
  { input, split }: { readonly input: TableInput; readonly split: ObjectSplit<DiffObject> },
  texts: DiffTexts,
  session: EngineSession,
  signal: AbortSignal,
): Promise<VersionedTable | string> {
  try {
    const { of } = await readObjects(input.table, everyObject(split), texts, session, signal);
    const readable = (objects: readonly DiffObject[]) => objects.flatMap((object) => of.get(object)?.readable ?? []);
    const [base, merge] = [readable([...split.shared, ...split.base]), readable([...split.shared, ...split.merge])];
    return {
      input,
      base: buildRelation(input.table, base),
      merge: buildRelation(input.table, merge),
      changed: {
        base: buildRelation(input.table, base, readable(split.base)),
        merge: buildRelation(input.table, merge, readable(split.merge)),
      },
      shared: buildRelation(input.table, merge, readable(split.shared)),
    };
  } catch (cause) {
    if (!(cause instanceof SluiceError) || signal.aborted || cause.problem.code !== 'diff-unreadable') throw cause;
    return cause.problem.message;
  }
}
