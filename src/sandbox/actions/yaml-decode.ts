import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** A value below a hook's `properties`; a map with keys other than text is told apart because lakeFS refuses it. */
export type YamlValue =
  | string
  | number
  | boolean
  | null
  | readonly YamlValue[]
  | ReadonlyMap<string, YamlValue>
  | 'map with keys that are no text';
export type YamlProperties = ReadonlyMap<string, YamlValue>;

/** Reads nodes into the types that lakeFS's decoder wants, and collects that decoder's complaints. */
export interface YamlReader {
  readonly problems: readonly string[];
  /** The fields of a mapping; empty for null and after a complaint. */
  fields(node: Node | null, type: string): ReadonlyMap<string, Node | null>;
  items(node: Node | null, type: string): readonly (Node | null)[];
  text(node: Node | null, type: string): string;
  /** Null where there are none, unlike an empty mapping. */
  properties(node: Node | null, type: string): YamlProperties | null;
}

export type OpenedYaml =
  | { readonly ok: true; readonly root: Node | null; readonly reader: YamlReader }
  | { readonly ok: false; readonly message: string };

/** Opens the first document of a file; a second one is never looked at, broken or not. */
export function openYaml(content: string): OpenedYaml {
  const lines = new LineCounter();
  const documents = parseAllDocuments(content, { lineCounter: lines, uniqueKeys: false, merge: true });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  const fault = document?.errors[0];
  if (fault !== undefined) {
    return { ok: false, message: `yaml: line ${lines.linePos(fault.pos[1]).line}: ${syntaxFault(fault.code)}` };
  }
  const aliasing = document === undefined ? null : aliasFault(document);
  if (aliasing !== null) return { ok: false, message: `yaml: ${aliasing}` };
  const root = (document?.contents ?? null) as Node | null;
  return { ok: true, root, reader: createReader(document ?? null, lines) };
}

function syntaxFault(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'found character that cannot start any token';
  if (code === 'MULTILINE_IMPLICIT_KEY' || code === 'BLOCK_AS_IMPLICIT_KEY') {
    return 'mapping values are not allowed in this context';
  }
  return 'did not find expected node content';
}

/** Aliases that lead nowhere or into themselves; after this, following one always ends. */
function aliasFault(document: Document): string | null {
  let fault: string | null = null;
  visit(document, {
    Alias: (_, alias) => {
      const target = alias.resolve(document);
      const [start, , end] = target?.range ?? [0, 0, 0];
      const place = alias.range?.[0] ?? 0;
      if (target === undefined) fault = `unknown anchor '${alias.source}' referenced`;
      else if (place >= start && place < end) fault = `anchor '${alias.source}' value contains itself`;
      return fault === null ? undefined : visit.BREAK;
    },
  });
  return fault;
}

function createReader(document: Document | null, lines: LineCounter): YamlReader {
  const problems: string[] = [];
  const resolve = (node: Node | null): Node | null =>
    isAlias(node) && document !== null ? (node.resolve(document) ?? null) : node;
  const line = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line;
  const complain = (node: Node, type: string): void => {
    problems.push(`line ${line(node)}: cannot unmarshal ${shown(node)} into ${type}`);
  };
  const uniqueKeys = (map: YAMLMap): boolean => {
    const before = problems.length;
    const firstLine = new Map<string, number>();
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      const first = firstLine.get(source(key));
      if (first === undefined) firstLine.set(source(key), line(key));
      else problems.push(`line ${line(key)}: mapping key "${source(key)}" already defined at line ${first}`);
    }
    return problems.length === before;
  };
  const open = <Kind extends YAMLMap | YAMLSeq>(
    written: Node | null,
    is: (node: unknown) => node is Kind,
    type: string,
  ): Kind | null => {
    const node = resolve(written);
    if (node === null || isNull(node)) return null;
    if (is(node)) return node;
    complain(node, type);
    return null;
  };

  return {
    problems,
    fields: (written, type) => {
      const map = open(written, isMap, type);
      if (map === null || !uniqueKeys(map)) return new Map();
      return withMerged(map, resolve);
    },
    items: (written, type) => (open(written, isSeq, type)?.items ?? []) as readonly (Node | null)[],
    text: (written, type) => {
      const node = resolve(written);
      if (node === null || isNull(node)) return '';
      if (isScalar(node)) return source(node);
      complain(node, type);
      return '';
    },
    properties: (written, type) => {
      const map = open(written, isMap, type);
      if (map === null || !uniqueKeys(map)) return null;
      const value = plain(map.toJS(document as Document, { mapAsMap: true, maxAliasCount: -1 }));
      return value instanceof Map ? value : null;
    },
  };
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

/** A scalar as it is written: a field of text takes `5` and `true` as they stand. */
function source(scalar: Scalar): string {
  return scalar.source ?? String(scalar.value);
}

function shown(node: Node): string {
  if (isMap(node)) return '!!map';
  if (!isScalar(node)) return '!!seq';
  const value = source(node);
  return `${tag(node.value)} \`${value.length > 10 ? `${value.slice(0, 7)}...` : value}\``;
}

function tag(value: unknown): string {
  if (typeof value === 'boolean') return '!!bool';
  if (typeof value === 'number') return Number.isInteger(value) ? '!!int' : '!!float';
  return '!!str';
}

/** The fields of a mapping, those that `<<` brings in behind its own. */
function withMerged(map: YAMLMap, resolve: (node: Node | null) => Node | null): ReadonlyMap<string, Node | null> {
  const written = map.items.flatMap(({ key, value }) =>
    isScalar(key) ? [[source(key), resolve(value as Node | null)] as const] : [],
  );
  const merged = written
    .filter(([name]) => name === '<<')
    .flatMap(([, value]) => (isSeq(value) ? value.items.map((item) => resolve(item as Node | null)) : [value]))
    .flatMap((other) => (isMap(other) ? [...withMerged(other, resolve)] : []));
  // The first to name a field wins, hence the order.
  return new Map([...merged.reverse(), ...written.filter(([name]) => name !== '<<')]);
}

function plain(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    const entries = [...value];
    if (entries.some(([key]) => typeof key !== 'string')) return 'map with keys that are no text';
    return new Map(entries.map(([key, item]) => [String(key), plain(item)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
