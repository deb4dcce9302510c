import type { SourceLocation } from '../problem.ts';
import type { DataFormat, ReaderOptions, TableLocation, YamlNode } from './contract.ts';
import { optional, type ReadContext } from './read-context.ts';
import { childOf, entryOf, isTrue, itemsOf, literalsOf, placedText, scalarText, textOf } from './yaml-node.ts';

/** An `s3` server: where the tables are and how text is written there. */
export interface Server {
  readonly at: SourceLocation;
  readonly repository?: string;
  readonly branch?: string;
  /** Path or glob in the repository, `{model}` still in it; empty for all of it. */
  readonly path: string;
  readonly format?: DataFormat;
  readonly delimiter?: string;
  readonly encoding?: ReaderOptions['encoding'];
}

/** The servers whose objects Sluice reads: those of type `s3`. */
export function readServers(context: ReadContext): readonly Server[] {
  return itemsOf(context.root, 'servers')
    .filter((node) => textOf(node, 'type') === 's3')
    .flatMap((node) => {
      const location = placedText(node, 'location');
      const parsed = location === undefined ? null : parseLocation(location.text);
      if (location === undefined || parsed === null) {
        context.report(location?.at ?? node.at, LOCATION_INVALID);
        return [];
      }
      const format = serverFormat(context, node);
      return [
        {
          at: location.at,
          ...parsed,
          ...optional('format', format),
          ...optional('delimiter', serverDelimiter(context, node, format)),
          ...optional('encoding', serverEncoding(context, node)),
        },
      ];
    });
}

const LOCATION_INVALID = {
  code: 'location-invalid',
  message: 'This does not name objects of a repository.',
  hint: 'Write `s3://<repository>/<branch>/<path or glob>`; `{model}` stands for the name of the table.',
};

function parseLocation(text: string): Pick<Server, 'repository' | 'branch' | 'path'> | null {
  const match = /^(?:s3|s3a|lakefs):\/\/([^/]+)(?:\/([^/]*)(?:\/(.*))?)?$/s.exec(text);
  if (match === null) return null;
  const [, repository = '', branch = '', path = ''] = match;
  return { ...optional('repository', anyAsAbsent(repository)), ...optional('branch', anyAsAbsent(branch)), path };
}

function anyAsAbsent(part: string): string | undefined {
  return part === '' || part === '*' ? undefined : part;
}

const FORMATS: Readonly<Record<string, DataFormat>> = {
  parquet: 'parquet',
  csv: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
};

function serverFormat(context: ReadContext, node: YamlNode): DataFormat | undefined {
  const format = placedText(node, 'format');
  if (format === undefined) return undefined;
  const known = format.text.toLowerCase();
  if (Object.hasOwn(FORMATS, known)) return FORMATS[known];
  const message = `Objects of the format ${format.text} cannot be read.`;
  context.report(format.at, { code: 'format-unsupported', message, hint: 'Sluice reads parquet, csv and json.' });
  return undefined;
}

const DELIMITERS: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', comma: ',', semicolon: ';', pipe: '|' };

/** In the standard this key is about JSON alone; in use it is also the field delimiter of CSV. */
function serverDelimiter(context: ReadContext, node: YamlNode, format: DataFormat | undefined): string | undefined {
  const delimiter = placedText(node, 'delimiter');
  if (delimiter === undefined || format === 'parquet' || delimiter.text === 'new_line') return undefined;
  if (format === 'json') {
    const message = 'JSON documents are read one on each line; other ways to keep them apart are not supported.';
    context.report(delimiter.at, { code: 'format-unsupported', message, hint: 'Write `delimiter: new_line`.' });
    return undefined;
  }
  const meant = DELIMITERS[delimiter.text] ?? delimiter.text;
  if ([...meant].length === 1) return meant;
  const message = `The delimiter "${delimiter.text}" is not one character.`;
  context.report(delimiter.at, { code: 'delimiter-invalid', message, hint: 'Write `delimiter: ","`.' });
  return undefined;
}

const ENCODINGS: Readonly<Record<string, ReaderOptions['encoding']>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  ascii: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'latin-1',
  'latin-1': 'latin-1',
  latin1: 'latin-1',
  'utf-16': 'utf-16',
};

function serverEncoding(context: ReadContext, node: YamlNode): ReaderOptions['encoding'] | undefined {
  const encoding = placedText(node, 'encoding');
  if (encoding === undefined) return undefined;
  const known = encoding.text.toLowerCase();
  if (Object.hasOwn(ENCODINGS, known)) return ENCODINGS[known];
  const message = `Texts in ${encoding.text} cannot be read.`;
  context.report(encoding.at, { code: 'encoding-unsupported', message, hint: 'Known: UTF-8, ISO-8859-1, UTF-16.' });
  return undefined;
}

export interface TablePlaces {
  readonly servers: readonly Server[];
  /** The table's own sluice block. */
  readonly block: YamlNode | undefined;
  /** True for the only table of its contract. */
  readonly alone: boolean;
}

/**
 * Where a table's objects are, the first of these that says it: the sluice block's `location`; the locations of the
 * s3 servers, with the table's name for `{model}`; `physicalName` when it is a path or glob in the repository. A
 * server location without `{model}` cannot tell several tables apart, nor can a bare branch tell anything: there a
 * path in `physicalName` goes first.
 */
export function readLocations(context: ReadContext, node: YamlNode, places: TablePlaces): readonly TableLocation[] {
  const own = childOf(places.block, 'location');
  if (own !== undefined) return ownLocations(context, own, places.servers);
  const physical = placedText(node, 'physicalName');
  const path = physical !== undefined && isPath(physical.text) ? physical : undefined;
  if (places.servers.length === 0) return path === undefined ? [] : [inRepository(path.text, path.at)];
  return places.servers.map((server) => {
    const whole = [server.repository, server.branch, server.path].join('/');
    const vague = !whole.includes('{model}') && (!places.alone || server.path === '');
    if (vague && path !== undefined) return { ...inRepository(path.text, path.at), ...partsOf(server) };
    const name = textOf(node, 'name') ?? '';
    const named = (text: string): string => text.replaceAll('{model}', () => name);
    return { ...partsOf(server, named), ...inRepository(named(server.path), server.at) };
  });
}

function ownLocations(context: ReadContext, node: YamlNode, servers: readonly Server[]): readonly TableLocation[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item): readonly TableLocation[] => {
    const text = scalarText(item) ?? '';
    if (!text.includes('://')) {
      const location = inRepository(text, item.at);
      return servers.length === 0 ? [location] : servers.map((server) => ({ ...location, ...partsOf(server) }));
    }
    const parsed = parseLocation(text);
    if (parsed === null) {
      context.report(item.at, LOCATION_INVALID);
      return [];
    }
    const { path, ...parts } = parsed;
    return [{ ...parts, ...inRepository(path, item.at) }];
  });
}

function partsOf(
  server: Server,
  named: (text: string) => string = (text) => text,
): Pick<TableLocation, 'repository' | 'branch'> {
  return {
    ...optional('repository', server.repository === undefined ? undefined : named(server.repository)),
    ...optional('branch', server.branch === undefined ? undefined : named(server.branch)),
  };
}

function inRepository(path: string, at: SourceLocation): TableLocation {
  const glob = path.replace(/^\/+/, '');
  return { glob: glob === '' ? '**' : glob, at };
}

function isPath(physicalName: string): boolean {
  return /[/*]/.test(physicalName) || /\.(parquet|csv|json|jsonl|ndjson)(\.(gz|zst))?$/i.test(physicalName);
}

/** The sluice block's `format`, else the one format of the servers. */
export function readFormat(block: YamlNode | undefined, servers: readonly Server[]): DataFormat | undefined {
  const own = textOf(block, 'format');
  if (own !== undefined) return FORMATS[own];
  const formats = new Set(servers.flatMap((server) => server.format ?? []));
  return formats.size === 1 ? [...formats][0] : undefined;
}

/** How text objects are read: the first sluice block that says it, else the first server, else the default. */
export function readReader(blocks: readonly (YamlNode | undefined)[], servers: readonly Server[]): ReaderOptions {
  const csv = blocks.map((block) => childOf(block, 'csv'));
  const first = (key: string): string | undefined =>
    csv.map((one) => textOf(one, key)).find((text) => text !== undefined);
  const header = csv.map((one) => childOf(one, 'header')).find((node) => node !== undefined);
  const tokens = csv.map((one) => entryOf(one, 'nullTokens')).find((entry) => entry !== undefined);
  const quote = first('quote') ?? '"';
  return {
    delimiter: first('delimiter') ?? servers.find((server) => server.delimiter !== undefined)?.delimiter ?? ',',
    quote,
    escape: first('escape') ?? quote,
    header: header === undefined || isTrue(header),
    encoding:
      ENCODINGS[first('encoding') ?? ''] ?? servers.find(({ encoding }) => encoding !== undefined)?.encoding ?? 'utf-8',
    nullTokens: literalsOf(tokens?.value).flatMap((literal) => ('text' in literal ? [literal.text] : [])),
  };
}
