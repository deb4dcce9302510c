import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { firstTooDeep, MOST_YAML_DEPTH } from '../contract/parse-yaml.ts';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import { type ActionEntry, type ActionNode, isNull, type ScalarType } from './action-node.ts';
import { flowFaults } from './flow-faults.ts';
import { unreadableText } from './unreadable-text.ts';

export interface ReadAction {
  /** Null when there is nothing to judge further; the problems then say why. */
  readonly root: ActionNode | null;
  readonly problems: readonly Problem[];
}

/** A file of brackets can be wrong in every byte; nobody reads more than this. */
const MOST_SYNTAX_PROBLEMS = 5;

interface Reading {
  readonly at: (offset: number) => SourceLocation;
  readonly document: Document.Parsed;
  /** Nodes being read, to notice an alias into itself. */
  readonly open: Set<Node>;
  /** Aliases share what they stand for: without this, a page of aliases could become gigabytes. */
  readonly done: Map<Node, ActionNode>;
  readonly problems: Problem[];
}

/**
 * Reads the first document of an action file as lakeFS does: repeated keys and control characters are refused, aliases
 * and merge keys followed. Whatever makes lakeFS refuse the file is an error here, at its place, all of them at once.
 */
export function readActionYaml(file: string, text: string): ReadAction {
  const start: SourceLocation = { file, line: 1, column: 1 };
  const plain = text.replace(/^\uFEFF/, '');
  const unreadable = unreadableText(plain, start);
  if (unreadable !== null) return { root: null, problems: [unreadable] };
  const at = placesIn(file, plain);
  const tokens = [...new Parser().parse(plain)];
  const deep = firstTooDeep(tokens);
  if (deep !== null) return { root: null, problems: [problemAt(at(deep), TOO_DEEP)] };
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document, second] = [...composer.compose(tokens)] as readonly Document.Parsed[];
  if (document === undefined || (document.errors.length === 0 && document.contents === null)) {
    return { root: null, problems: [problemAt(start, EMPTY)] };
  }
  const several = second === undefined ? [] : [problemAt(at(second.range[0]), SEVERAL_DOCUMENTS)];
  const faults = document.errors.slice(0, MOST_SYNTAX_PROBLEMS).map((error) =>
    problemAt(at(error.pos[0]), {
      code: 'action-syntax',
      message: `This is not YAML: ${error.message.trim().replace(/\.$/, '')}.`,
      hint: 'Look for indentation, quotes or brackets gone wrong at or before this place.',
    }),
  );
  const flow =
    faults.length > 0 ? [] : flowFaults(document).map(({ offset, text }) => problemAt(at(offset), unquoted(text)));
  if (faults.length + flow.length > 0) return { root: null, problems: [...faults, ...flow, ...several] };
  const reading: Reading = { at, document, open: new Set(), done: new Map(), problems: [...several] };
  const root = readNode(reading, document.contents);
  // lakeFS reads no further either, and what a hole in the tree would say is noise.
  if (reading.problems.some(({ code }) => BROKEN.has(code))) return { root: null, problems: reading.problems };
  if (isNull(root)) return { root: null, problems: [...reading.problems, problemAt(start, EMPTY)] };
  return { root, problems: reading.problems };
}

const BROKEN = new Set(['action-syntax', 'action-key-not-text']);

type Trouble = Omit<Problem, 'file' | 'line' | 'column'>;

/** 500 for every commit: "'name' is required" (tried: an empty file, one of comments, `.gitkeep`). */
const EMPTY: Trouble = {
  code: 'action-empty',
  message: 'The file is empty.',
  hint: 'lakeFS reads every file of this folder as an action and stops all commits over an empty one: delete it.',
};
/** Merged with 200 (tried): the second document, with an unknown event in it, was never looked at. */
const SEVERAL_DOCUMENTS: Trouble = {
  code: 'action-several-documents',
  message: 'A second YAML document starts here; lakeFS reads the first one only and ignores this one without a word.',
  hint: 'Put each action into a file of its own.',
};
const TOO_DEEP: Trouble = {
  code: 'action-syntax',
  message: `The file nests more than ${MOST_YAML_DEPTH} levels.`,
  hint: 'An action needs about six levels; look for brackets or indentation gone wrong.',
};
function unquoted(text: string): Trouble {
  return {
    code: 'action-syntax',
    message: `lakeFS cannot read \`${text}\` inside brackets without quotes, and refuses the file.`,
    hint: `Put it in quotes: "${text}".`,
  };
}

/** yaml.v3 wants a merge key to lead to a mapping, and refuses the file otherwise. */
const MERGES_NO_MAPPING: Trouble = {
  code: 'action-syntax',
  message: '`<<` leads to something that is no mapping.',
  hint: 'Write the keys out.',
};

function placesIn(file: string, text: string): (offset: number) => SourceLocation {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const match of text.matchAll(/\n/g)) lines.addNewLine(match.index + 1);
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

function readNode(reading: Reading, node: Node | null): ActionNode {
  const at = reading.at(node?.range?.[0] ?? 0);
  const nothing: ActionNode = { kind: 'scalar', at, text: '', type: 'null' };
  if (node === null) return nothing;
  const known = reading.done.get(node);
  if (known !== undefined) return known;
  if (isAlias(node)) return followAlias(reading, node.source, node.resolve(reading.document) ?? null, at);
  reading.open.add(node);
  const read = readPlain(reading, node, at) ?? nothing;
  reading.open.delete(node);
  reading.done.set(node, read);
  return read;
}

function readPlain(reading: Reading, node: Node, at: SourceLocation): ActionNode | null {
  if (isMap(node)) return { kind: 'map', at, entries: readEntries(reading, node) };
  if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => readNode(reading, item as Node | null)) };
  return isScalar(node) ? { kind: 'scalar', at, ...readScalar(node) } : null;
}

function followAlias(reading: Reading, name: string, target: Node | null, at: SourceLocation): ActionNode {
  if (target !== null && !reading.open.has(target)) return readNode(reading, target);
  const message = target === null ? `There is no anchor \`&${name}\`.` : `The anchor \`&${name}\` contains itself.`;
  reading.problems.push(problemAt(at, { code: 'action-syntax', message, hint: 'Write the value out.' }));
  return { kind: 'scalar', at, text: '', type: 'null' };
}

function readEntries(reading: Reading, map: YAMLMap): readonly ActionEntry[] {
  const read = (map.items as readonly Pair<Node, Node | null>[]).flatMap((pair) => readEntry(reading, pair));
  const written = read.filter(({ merges }) => !merges);
  const first = (key: string) => written.find((other) => other.key === key);
  for (const { key, keyAt } of written) {
    const earlier = first(key);
    if (earlier !== undefined && earlier.keyAt !== keyAt) {
      reading.problems.push(problemAt(keyAt, repeated(key, earlier.keyAt.line)));
    }
  }
  // What is written here wins over what `<<` brings, and of that the first.
  const merged = read.filter(({ merges }) => merges).flatMap(({ value }) => mergedEntries(reading, value));
  const unique = [...written, ...merged].map(({ key, keyType, keyAt, value }) => ({ key, keyType, keyAt, value }));
  return [...new Map(unique.toReversed().map((entry) => [entry.key, entry])).values()].toReversed();
}

function readEntry(
  reading: Reading,
  { key, value }: Pair<Node, Node | null>,
): readonly (ActionEntry & { readonly merges: boolean })[] {
  const keyAt = reading.at(key.range?.[0] ?? 0);
  const name = isAlias(key) || isScalar(key) ? readNode(reading, key) : null;
  if (name?.kind !== 'scalar' || (name.text === '' && name.type === 'null')) {
    reading.problems.push(problemAt(keyAt, KEY_NO_TEXT));
    return [];
  }
  const merges = name.text === '<<' && isScalar(key) && key.type === 'PLAIN';
  const read = value === null ? emptyAt(keyAt) : readValue(reading, value, keyAt);
  return [{ key: name.text, keyType: name.type, keyAt, value: read, merges }];
}

/** `key:` alone has its nothing after the colon; a person looks for it at the key. */
function readValue(reading: Reading, value: Node, keyAt: SourceLocation): ActionNode {
  const read = readNode(reading, value);
  return read.kind === 'scalar' && read.type === 'null' && read.text === '' ? emptyAt(keyAt) : read;
}

function emptyAt(at: SourceLocation): ActionNode {
  return { kind: 'scalar', at, text: '', type: 'null' };
}

function mergedEntries(reading: Reading, value: ActionNode): readonly ActionEntry[] {
  const sources = value.kind === 'list' ? value.items : [value];
  return sources.flatMap((source) => {
    if (source.kind === 'map') return source.entries;
    reading.problems.push(problemAt(source.at, MERGES_NO_MAPPING));
    return [];
  });
}

/** 500 (tried): an unquoted `{{ ENV.X }}` is a mapping whose key is a mapping. */
const KEY_NO_TEXT: Trouble = {
  code: 'action-key-not-text',
  message: 'This key is not plain text.',
  hint: 'Keys are words. Put `{{ ENV.X }}` in quotes: without them YAML takes the braces for a mapping.',
};

/** 500 (tried), at the top, in `on` and in `properties`: "mapping key ... already defined at line ...". */
function repeated(key: string, line: number): Trouble {
  const message = `\`${key}\` is written twice; the first one is in line ${line}. lakeFS refuses the file.`;
  return { code: 'action-key-repeated', message, hint: 'Keep one of the two.' };
}

function readScalar(scalar: Scalar): { readonly text: string; readonly type: ScalarType } {
  const text = scalar.source ?? String(scalar.value ?? '');
  const isPlain = (scalar.type === 'PLAIN' || scalar.type === undefined) && scalar.tag === undefined;
  return { text, type: isPlain ? plainType(text) : 'text' };
}

/**
 * What yaml.v3 makes of a plain scalar where any type is welcome. It knows more than YAML 1.2: `1_000` and `014` are
 * numbers and `2026-01-01` is a time (all tried: lakeFS answers 500 where it wants a text).
 */
function plainType(text: string): ScalarType {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return 'null';
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return 'boolean';
  if (/^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| )\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})?)?$/.test(text)) {
    return 'date';
  }
  const digits = text.replaceAll('_', '');
  const isNumber =
    /^[-+]?(?:0b[01]+|0o?[0-7]+|0x[0-9a-f]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?|\.inf)$/i.test(digits) ||
    /^\.nan$/i.test(text);
  return isNumber && /^[-+.\d]/.test(text) ? 'number' : 'text';
}
