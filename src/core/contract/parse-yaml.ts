import {
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
} from 'yaml';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Literal, YamlEntry, YamlNode } from './contract.ts';
import { decimalText } from './decimal-text.ts';

/** UTF-8 bytes; what is longer was not written by a person. */
export const MOST_CONTRACT_BYTES = 256 * 1024;
/** Mappings and lists inside one another. */
export const MOST_YAML_DEPTH = 32;

export interface ParsedYaml {
  /** Null when there is no tree to judge further; the problems then say why. */
  readonly root: YamlNode | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads one strict YAML 1.2 document (core schema). Repeated keys, aliases, merge keys, tags, several documents, keys
 * that are not plain text, keys that name a prototype, and numbers that are not finite are refused, each at its place.
 */
export function parseYaml(file: string, text: string): ParsedYaml {
  const start: SourceLocation = { file, line: 1, column: 1 };
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MOST_CONTRACT_BYTES) {
    const message = `The contract has ${bytes} bytes; at most ${MOST_CONTRACT_BYTES} are read.`;
    const hint = 'Split it into several contracts, one for each group of tables.';
    return { root: null, problems: [problemAt(start, { code: 'yaml-too-large', message, hint })] };
  }
  const plain = text.replace(/^\uFEFF/, '');
  const reading: Reading = { file, lines: countLines(plain), problems: [] };
  const documents = compose(reading, plain);
  for (const document of documents) reportSyntax(reading, document);
  if (reading.problems.length > 0 && documents.length === 0) return { root: null, problems: reading.problems };
  const [document, second] = documents;
  if (document === undefined || isEmpty(document)) {
    const hint = 'A contract starts with `apiVersion: v3.1.0` and `kind: DataContract`.';
    return {
      root: null,
      problems: [problemAt(start, { code: 'yaml-empty', message: 'The contract is empty.', hint })],
    };
  }
  if (second !== undefined) report(reading, second.range[0], SEVERAL_DOCUMENTS);
  const root = readNode(reading, document.contents);
  return { root: reading.problems.length > 0 ? null : root, problems: reading.problems };
}

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  /** Grows while the document is read. */
  readonly problems: Problem[];
}

type Trouble = Omit<Problem, 'file' | 'line' | 'column'>;

/** A file of brackets can be wrong in every byte; nobody reads more than this. */
const MOST_SYNTAX_PROBLEMS = 20;

const SEVERAL_DOCUMENTS: Trouble = {
  code: 'yaml-several-documents',
  message: 'The file holds more than one YAML document.',
  hint: 'Keep one contract in each file; remove the `---` line.',
};
const TOO_DEEP: Trouble = {
  code: 'yaml-too-deep',
  message: `The contract nests more than ${MOST_YAML_DEPTH} levels.`,
  hint: 'A contract needs about ten levels; look for brackets or indentation gone wrong.',
};
const TAGGED: Trouble = {
  code: 'yaml-tag',
  message: 'YAML tags such as `!name` are refused: the standard gives them no meaning.',
  hint: 'Remove the tag; quote a text that starts with `!`.',
};

/** Every line of the text; the parser itself does not tell those it skips after an error. */
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const match of text.matchAll(/\n/g)) lines.addNewLine(match.index + 1);
  return lines;
}

/**
 * Composes the documents, or reports nesting that is too deep and composes nothing. The depth is taken from the flat
 * token stream because composing recurses: with the stack nearly used up, V8 ends the whole process when it has to
 * compile a regular expression there, and no error can be caught.
 */
function compose(reading: Reading, text: string): readonly Document.Parsed[] {
  const tokens = [...new Parser().parse(text)];
  const deep = firstTooDeep(tokens);
  if (deep !== null) {
    report(reading, deep, TOO_DEEP);
    return [];
  }
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    strict: true,
    merge: false,
    // Repeated keys are found below: the parser's own search is quadratic and cannot name the first place.
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
  });
  return [...composer.compose(tokens)] as readonly Document.Parsed[];
}

/** The offset of the first mapping or list that nests deeper than {@link MOST_YAML_DEPTH}; null when there is none. */
export function firstTooDeep(tokens: readonly CST.Token[]): number | null {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token } = next;
    const depth = next.depth + (CST.isCollection(token) ? 1 : 0);
    if (depth > MOST_YAML_DEPTH) return 'offset' in token ? token.offset : 0;
    for (const child of childTokens(token)) open.push({ token: child, depth });
  }
  return null;
}

function childTokens(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!CST.isCollection(token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== null && child !== undefined));
}

function isEmpty(document: Document.Parsed): boolean {
  const { contents } = document;
  return document.errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function reportSyntax(reading: Reading, document: Document.Parsed): void {
  for (const error of document.errors.slice(0, MOST_SYNTAX_PROBLEMS)) {
    report(reading, error.pos[0], {
      code: 'yaml-syntax',
      message: `This is not YAML: ${error.message.trim().replace(/\.$/, '')}.`,
      hint: 'Look for indentation, quotes or brackets gone wrong at or before this place.',
    });
  }
}

function place(reading: Reading, offset: number): SourceLocation {
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function report(reading: Reading, offset: number, trouble: Trouble): void {
  reading.problems.push(problemAt(place(reading, offset), trouble));
}

function readNode(reading: Reading, node: Node | null): YamlNode {
  const offset = node?.range?.[0] ?? 0;
  const at = place(reading, offset);
  if (node !== null && !isAlias(node) && node.tag !== undefined) report(reading, offset, TAGGED);
  if (isMap(node)) return { kind: 'map', at, entries: readEntries(reading, node.items as Pair<Node, Node>[]) };
  if (isSeq(node)) {
    return { kind: 'list', at, items: node.items.map((item) => readNode(reading, item as Node)) };
  }
  return { kind: 'scalar', at, value: readScalar(reading, node, offset) };
}

function readEntries(reading: Reading, pairs: readonly Pair<Node, Node | null>[]): readonly YamlEntry[] {
  const seen = new Map<string, SourceLocation>();
  return pairs.flatMap((pair) => {
    const offset = pair.key.range?.[0] ?? 0;
    const keyAt = place(reading, offset);
    const key = isScalar(pair.key) && pair.key.tag === undefined ? keyText(pair.key.value, pair.key.source) : null;
    const trouble = key === null ? COMPLEX_KEY : keyTrouble(key, seen);
    if (trouble !== null) report(reading, offset, trouble);
    if (key === null) return [];
    if (!seen.has(key)) seen.set(key, keyAt);
    const empty =
      pair.value === null || (isScalar(pair.value) && pair.value.source === '' && pair.value.value === null);
    // `key:` alone has its nothing after the colon; a person looks for it at the key.
    const value: YamlNode = empty
      ? { kind: 'scalar', at: keyAt, value: { type: 'null' } }
      : readNode(reading, pair.value);
    return [{ key, keyAt, value }];
  });
}

const COMPLEX_KEY: Trouble = {
  code: 'yaml-key-not-text',
  message: 'This key is not plain text.',
  hint: 'Keys are words; write `"{"` in quotes when a brace is meant.',
};

/** Keys such as `1`, `true` or `null` are taken as they are written. */
function keyText(value: unknown, source: string | undefined): string | null {
  if (typeof value === 'string') return value;
  return source === undefined || source === '' ? null : source;
}

function keyTrouble(key: string, seen: ReadonlyMap<string, SourceLocation>): Trouble | null {
  const first = seen.get(key);
  if (first !== undefined) {
    const message = `\`${key}\` is written twice; the first one is in line ${first.line}.`;
    return { code: 'yaml-key-repeated', message, hint: 'Keep one of the two.' };
  }
  if (key === '<<') {
    const message = 'Merge keys (`<<`) are refused: a contract says what it means where it means it.';
    return { code: 'yaml-merge-key', message, hint: 'Write the keys out.' };
  }
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    return { code: 'yaml-key-forbidden', message: `The key \`${key}\` is refused.`, hint: 'Use another name.' };
  }
  return null;
}

function readScalar(reading: Reading, node: Node | null, offset: number): Literal {
  if (isAlias(node)) {
    report(reading, offset, {
      code: 'yaml-alias',
      message: `The alias \`*${node.source}\` is refused: a contract says what it means where it means it.`,
      hint: 'Write the value out; quote a text that starts with `*`.',
    });
    return { type: 'null' };
  }
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'string') return { type: 'text', text: value };
  if (typeof value === 'boolean') return { type: 'boolean', value };
  if (typeof value !== 'number' && typeof value !== 'bigint') return { type: 'null' };
  const source = (isScalar(node) ? node.source : undefined) ?? String(value);
  const text = Number.isFinite(Number(value)) ? decimalText(source) : null;
  if (text === null) {
    report(reading, offset, {
      code: 'yaml-number-not-finite',
      message: `\`${source}\` is no number that data can be compared with.`,
      hint: 'Write a finite decimal number, or quote it when text is meant.',
    });
    return { type: 'null' };
  }
  return { type: 'number', text };
}
