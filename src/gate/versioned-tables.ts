/** Both versions of tables made readable in one engine session. */
import { type ObjectSplit, splitObjects } from '../core/diff/split-objects.ts';
import { buildRelation, type Relation } from '../core/plan/relation.ts';
import { SluiceError } from '../core/problem.ts';
import type { TableVersions } from './base-versions.ts';
import type { TableInput } from './check-tables.ts';
import { type DiffObject, readObjects } from './diff-objects.ts';
import type { EngineSession, QueryEngine } from './ports.ts';
import { lookThrough, sessionFiles, type TextDeps, textsIn, type WithTexts } from './run-texts.ts';

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
  deps: TextDeps & { readonly engine: QueryEngine },
  signal: AbortSignal,
): Promise<T> {
  const split = tables.map(({ input, versions }) => {
    const own = splitObjects(versions.base, versions.merge);
    return { input, split: own, table: input.table, objects: everyObject(own) };
  });
  const read = await lookThrough(split, textsIn(runDirectory, deps), signal);
  const session = await deps.engine.open({ ...sessionFiles(read), runDirectory }, signal);
  try {
    const versioned: VersionedTable[] = [];
    const unreadable = new Map<TableInput, string>();
    for (const one of read) {
      const table = await versionedOrWhy(one, session, signal);
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
  { input, split, texts }: WithTexts<{ readonly input: TableInput; readonly split: ObjectSplit<DiffObject> }>,
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
