/**
 * The text objects of one run. Several sessions ask for them (checks, rules about changes, origins, the diff): the first
 * looks a text through and stages it, the others read what it staged.
 */
import { join } from 'node:path';
import type { ContractTable } from '../core/contract/contract.ts';
import { formatOf, type InputObject } from './input-objects.ts';
import type { EngineRequest, EngineSession, PlainText, TextFiles } from './ports.ts';
import {
  isWhole,
  type StagedObject,
  stagedObject,
  stageText,
  stagingKey,
  type TextInput,
  unreadText,
  type WholeText,
} from './stage-objects.ts';

/** A text object of the run, as a session gets it. */
export interface RunText extends TextInput {
  /** Set: it was staged before this session. The file is complete, and no session can write to it. */
  readonly staged: { readonly key: string; readonly text: WholeText } | null;
}

export interface TextRequest {
  /** With every column that is to be staged. */
  readonly table: ContractTable;
  readonly object: InputObject;
  readonly format: 'csv' | 'json';
  readonly isExact: boolean;
}

export interface RunTexts {
  /** Looks the object through, unless that was done, and says whether it is staged already. */
  look(request: TextRequest, signal: AbortSignal): Promise<RunText>;
  /** Stages the object, unless that was done, in a session over the files of {@link sessionFiles}. */
  stage(table: ContractTable, input: RunText, session: EngineSession, signal: AbortSignal): Promise<StagedObject>;
}

/** What whoever opens a session needs of texts. */
export interface TextDeps {
  readonly text: TextFiles;
  /** Those of the run; absent: the session looks and stages for itself. */
  readonly texts?: RunTexts;
}

/** Those of the run, else new ones; the directory has no others. */
export function textsIn(directory: string, { text, texts }: TextDeps): RunTexts {
  return texts ?? createRunTexts(directory, text);
}

/**
 * Texts for the sessions of one run, one session after the other. Facts are kept, no rows, and only of what came to its
 * end: what was interrupted, or could not be read, is done again for whoever asks next.
 *
 * @param directory existing, and there until the run ends
 */
export function createRunTexts(directory: string, text: TextFiles): RunTexts {
  const plains = new Map<string, PlainText>();
  const stagings = new Map<string, WholeText>();
  const keyOf = stagingKeys();
  // Each time other names, for an interrupted one may have left a part of a file; reject tables have the number too.
  let index = -1;
  return {
    look: async ({ table, object, format, isExact }, signal) => {
      index += 1;
      const own = { index, stagedPath: join(directory, `staged-${index}.parquet`) };
      const plainPath = join(directory, `plain-${index}.txt`);
      const { path, localPath } = object;
      const bytes = bytesKey(table, { object, format });
      const plain =
        plains.get(bytes) ??
        (await text.makePlain({ path, localPath, format, reader: table.reader, plainPath }, signal));
      plains.set(bytes, plain);
      const input = { object, format, plain, isExact, ...own };
      const key = keyOf(table, input);
      const known = stagings.get(key);
      return { ...input, staged: known === undefined ? null : { key, text: known } };
    },
    stage: async (table, input, session, signal) => {
      const unread = unreadText(input);
      if (unread !== null) return stagedObject(table, input, unread);
      const key = keyOf(table, input);
      if (input.staged !== null && input.staged.key !== key)
        throw new TypeError('a text was looked at as another table');
      const known = stagings.get(key);
      if (known !== undefined) return stagedObject(table, input, known);
      const made = await stageText(table, input, session, signal);
      if (isWhole(made)) {
        await text.protect(made.stagedPath);
        stagings.set(key, made);
      }
      return stagedObject(table, input, made);
    },
  };
}

/** What the looking through depends on. The end of the name tells the compression. */
function bytesKey({ reader }: ContractTable, { object, format }: Pick<TextInput, 'object' | 'format'>): string {
  const ending = /\.[^./]*$/.exec(object.path)?.[0].toLowerCase();
  return JSON.stringify([object.localPath, ending, format, reader]);
}

/** Tells stagings apart. The statements of a wide table are long, so each is put together once for a table and named. */
function stagingKeys(): (table: ContractTable, input: TextInput) => string {
  const ofTables = new Map<ContractTable, Map<string, number>>();
  const names = new Map<string, number>();
  return (table, input) => {
    const own = ofTables.get(table) ?? new Map<string, number>();
    ofTables.set(table, own);
    const folders = Object.keys(input.object.partition).sort();
    const shape = JSON.stringify([input.format, input.isExact, input.plain.header, folders]);
    let name = own.get(shape);
    if (name === undefined) {
      const key = stagingKey(table, input);
      name = names.get(key) ?? names.size;
      names.set(key, name);
      own.set(shape, name);
    }
    return JSON.stringify([bytesKey(table, input), name]);
  };
}

export interface ObjectsOfTable {
  readonly table: ContractTable;
  readonly objects: readonly InputObject[];
  /** Texts are compared by all that they say, and not by their typed values alone. */
  readonly isExact?: boolean;
}

/** The text objects of a table. */
export interface TableTexts {
  readonly of: ReadonlyMap<InputObject, RunText>;
  readonly stage: RunTexts['stage'];
}

export type WithTexts<T> = T & { readonly texts: TableTexts };

/** Looks through the text objects of the tables, in their order; each table has its own columns, types and reader. */
export async function lookThrough<T extends ObjectsOfTable>(
  tables: readonly T[],
  texts: RunTexts,
  signal: AbortSignal,
  onProgress?: (stage: string) => void,
): Promise<readonly WithTexts<T>[]> {
  const all: WithTexts<T>[] = [];
  for (const one of tables) {
    const { table, objects, isExact = false } = one;
    const of = new Map<InputObject, RunText>();
    for (const object of objects) {
      const format = formatOf(table, object.path);
      if (format !== 'csv' && format !== 'json') continue;
      onProgress?.(`reading ${object.path}`);
      of.set(object, await texts.look({ table, object, format, isExact }, signal));
    }
    all.push({ ...one, texts: { of, stage: texts.stage } });
  }
  return all;
}

/** What a session over the tables may read, and write: only what is not staged yet. */
export function sessionFiles(
  tables: readonly WithTexts<Pick<ObjectsOfTable, 'objects'>>[],
): Pick<EngineRequest, 'inputFiles' | 'stagedFiles'> {
  const inputFiles = tables.flatMap(({ objects, texts }) =>
    objects.map((object) => fileOf(object, texts.of.get(object))),
  );
  const stagedFiles = tables.flatMap(({ texts }) =>
    [...texts.of.values()].filter(({ staged }) => staged === null).map(({ stagedPath }) => stagedPath),
  );
  return { inputFiles: [...new Set(inputFiles)], stagedFiles };
}

function fileOf({ localPath }: InputObject, text: RunText | undefined): string {
  if (text === undefined) return localPath;
  return text.staged === null ? text.plain.localPath : text.staged.text.stagedPath;
}
