import type { ObjectDefect } from '../../core/check/table-facts.ts';
import type { ReaderOptions } from '../../core/contract/contract.ts';
import { headerDefects, parseHeader } from './csv-header.ts';
import { CR, LF, type Syntax, syntaxOf } from './csv-syntax.ts';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** A header longer than this is no header. */
const MAX_HEADER_BYTES = 1_048_576;

/** What a scanner of one format knows after the last byte. */
export interface ScanResult {
  readonly header: readonly string[] | null;
  readonly records: bigint;
  readonly defects: readonly ObjectDefect[];
}

export interface Scanner {
  push(chunk: Uint8Array): void;
  finish(): ScanResult;
}

/**
 * Counts CSV records and finds what DuckDB's reader overlooks: a quote that is never closed (it then drops the rest of
 * the file), text behind a closing quote, line ends of both kinds. RFC 4180 with the contract's characters.
 */
export function csvScanner(options: ReaderOptions): Scanner {
  const syntax = syntaxOf(options);
  const scan = newScan(options.header);
  return {
    push: (chunk) => scanChunk(scan, syntax, chunk),
    finish: () => resultOf(scan, options),
  };
}

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const AFTER_QUOTE = 3;

/** Where the scan stands. One object, changed in place: it is looked at for every byte. */
interface Scan {
  place: typeof FIELD_START | typeof UNQUOTED | typeof QUOTED | typeof AFTER_QUOTE;
  /** From 1. */
  line: number;
  quoteOpenedAt: number;
  bytesInRecord: number;
  records: number;
  /** Lines without a byte; they are records where there is one column. */
  blanks: number;
  inHeader: boolean;
  readonly headerBytes: number[];
  escaped: boolean;
  lastByte: number;
  /** The last four bytes, for delimiters that UTF-8 writes in more than one. */
  recent: number;
  crlf: number;
  bareLf: number;
  firstStray: number | null;
  sawDelimiter: boolean;
  /** Bytes of the byte order mark seen so far; the whole mark when it is over or absent. */
  mark: number;
}

function newScan(header: boolean): Scan {
  return {
    place: FIELD_START,
    line: 1,
    quoteOpenedAt: 0,
    bytesInRecord: 0,
    records: 0,
    blanks: 0,
    inHeader: header,
    headerBytes: [],
    escaped: false,
    lastByte: 0,
    recent: 0,
    crlf: 0,
    bareLf: 0,
    firstStray: null,
    sawDelimiter: false,
    mark: 0,
  };
}

/** Lines without a quote are passed over whole, runs of ordinary bytes as runs; only the rest is looked at singly. */
function scanChunk(scan: Scan, syntax: Syntax, chunk: Uint8Array): void {
  let at = scan.mark < BYTE_ORDER_MARK.length ? skipMark(scan, syntax, chunk) : 0;
  while (at < chunk.length) {
    if (scan.bytesInRecord === 0) at = passLines(scan, syntax, chunk, at);
    at = scan.place === QUOTED ? passQuoted(scan, syntax, chunk, at) : passPlain(scan, syntax, chunk, at);
  }
}

/** Whole lines up to the one with the next quote; called at the start of a record. */
function passLines(scan: Scan, syntax: Syntax, chunk: Uint8Array, from: number): number {
  if (scan.inHeader || !scan.sawDelimiter) return from;
  const quoteAt = nextOf(chunk, syntax.quote, from);
  let at = from;
  for (let end = chunk.indexOf(LF, at); end >= 0 && end < quoteAt; end = chunk.indexOf(LF, at)) {
    endLine(scan, end - at, end > at ? (chunk[end - 1] ?? 0) : scan.lastByte);
    at = end + 1;
  }
  return at;
}

/** A run of bytes that mean nothing but themselves, or one byte that does. */
function passPlain(scan: Scan, syntax: Syntax, chunk: Uint8Array, from: number): number {
  let at = from;
  if (scan.place !== AFTER_QUOTE) while (at < chunk.length && syntax.ordinary[chunk[at] ?? 0] === 1) at += 1;
  if (at === from) {
    if (from < chunk.length) step(scan, syntax, chunk[from] ?? 0);
    return from + 1;
  }
  scan.place = UNQUOTED;
  keep(scan, chunk, from, at);
  return at;
}

function nextOf(chunk: Uint8Array, byte: number, from: number): number {
  const found = byte < 0 ? -1 : chunk.indexOf(byte, from);
  return found < 0 ? chunk.length : found;
}

/** The byte order mark is no part of the first field; what only begins like one is. */
function skipMark(scan: Scan, syntax: Syntax, chunk: Uint8Array): number {
  for (let at = 0; at < chunk.length; at += 1) {
    if (chunk[at] !== BYTE_ORDER_MARK[scan.mark]) {
      const begun = BYTE_ORDER_MARK.slice(0, scan.mark);
      scan.mark = BYTE_ORDER_MARK.length;
      for (const byte of begun) step(scan, syntax, byte);
      return at;
    }
    scan.mark += 1;
    if (scan.mark === BYTE_ORDER_MARK.length) return at + 1;
  }
  return chunk.length;
}

/** Up to the closing quote of this field, or of the last in a row of quoted ones, or to the end of the chunk. */
function passQuoted(scan: Scan, syntax: Syntax, chunk: Uint8Array, from: number): number {
  const { quote, escape: escaping } = syntax;
  let { escaped, line } = scan;
  let at = from;
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte === LF) line += 1;
    if (escaped) escaped = false;
    else if (byte === quote) {
      const onward = quotesAhead(syntax, chunk, at);
      if (onward === 0) break;
      if (onward === 2) {
        scan.quoteOpenedAt = line;
        scan.sawDelimiter = true;
      }
      at += onward;
    } else escaped = byte === escaping;
  }
  scan.escaped = escaped;
  scan.line = line;
  const closed = at < chunk.length;
  if (closed) scan.place = AFTER_QUOTE;
  const end = closed ? at + 1 : at;
  keep(scan, chunk, from, end);
  return end;
}

/** Behind a quote: 1 when it is doubled, 2 when a delimiter and the next quoted field follow, else 0. */
function quotesAhead({ quote, escape: escaping, delimiterBytes }: Syntax, chunk: Uint8Array, at: number): 0 | 1 | 2 {
  if (escaping === quote && chunk[at + 1] === quote) return 1;
  const next = chunk[at + 1] === delimiterBytes[0] && delimiterBytes.length === 1 && chunk[at + 2] === quote;
  return next ? 2 : 0;
}

/** Bytes that belong to the record, whatever they mean. */
function keep(scan: Scan, chunk: Uint8Array, from: number, end: number): void {
  if (scan.inHeader) for (let at = from; at < end; at += 1) keepHeaderByte(scan, chunk[at] ?? 0);
  scan.bytesInRecord += end - from;
  scan.lastByte = chunk[end - 1] ?? 0;
}

/** One byte outside quotes. */
function step(scan: Scan, syntax: Syntax, byte: number): void {
  if (byte === LF) {
    endLine(scan, 0, scan.lastByte);
    return;
  }
  scan.recent = ((scan.recent << 8) | byte) >>> 0;
  if ((scan.recent & syntax.mask) >>> 0 === syntax.delimiter) {
    scan.place = FIELD_START;
    scan.sawDelimiter = true;
  } else if (byte === syntax.quote && opens(scan, syntax)) {
    if (scan.place === FIELD_START) scan.quoteOpenedAt = scan.line;
    scan.place = QUOTED;
  } else if (byte !== CR && !beginsDelimiter(scan, syntax, byte)) {
    if (scan.place === AFTER_QUOTE) scan.firstStray ??= scan.line;
    scan.place = UNQUOTED;
  }
  if (scan.inHeader) keepHeaderByte(scan, byte);
  scan.bytesInRecord += 1;
  scan.lastByte = byte;
}

/** A quote opens a field at its start; directly behind a closing one it is a doubled quote. */
function opens({ place }: Scan, syntax: Syntax): boolean {
  return place === FIELD_START || (place === AFTER_QUOTE && syntax.escape === syntax.quote);
}

/** Behind a closing quote the first bytes of a long delimiter are no stray text yet. */
function beginsDelimiter({ place }: Scan, { delimiterBytes }: Syntax, byte: number): boolean {
  return place === AFTER_QUOTE && delimiterBytes.length > 1 && delimiterBytes.includes(byte);
}

function keepHeaderByte(scan: Scan, byte: number): void {
  if (scan.headerBytes.length < MAX_HEADER_BYTES) scan.headerBytes.push(byte);
}

/**
 * A line feed outside quotes.
 *
 * @param passed bytes of the record before it that were not stepped through
 * @param before the byte in front of it
 */
function endLine(scan: Scan, passed: number, before: number): void {
  scan.line += 1;
  scan.bytesInRecord += passed;
  if (before === CR) {
    scan.crlf += 1;
    scan.bytesInRecord -= 1;
    if (scan.inHeader) scan.headerBytes.pop();
  } else scan.bareLf += 1;
  endRecord(scan);
  scan.lastByte = LF;
}

function endRecord(scan: Scan): void {
  if (scan.bytesInRecord === 0) scan.blanks += 1;
  else if (scan.inHeader) scan.inHeader = false;
  else scan.records += 1;
  scan.bytesInRecord = 0;
  scan.place = FIELD_START;
}

function resultOf(scan: Scan, options: ReaderOptions): ScanResult {
  const unclosed = scan.place === QUOTED;
  if (scan.bytesInRecord > 0) endRecord(scan);
  const header = options.header ? parseHeader(Buffer.from(scan.headerBytes).toString('utf8'), options) : null;
  const single = header === null ? !scan.sawDelimiter : header.length === 1;
  const defects = [
    ...(unclosed ? [defect('a quote is opened and never closed', scan.quoteOpenedAt, null)] : []),
    ...(scan.firstStray === null ? [] : [defect('text follows a closing quote', scan.firstStray, 0n)]),
    ...(scan.crlf > 0 && scan.bareLf > 0 ? [defect('line ends are mixed: CRLF and LF', null, null)] : []),
    ...(header === null ? [] : headerDefects(header)),
  ];
  return { header, records: BigInt(single ? scan.records + scan.blanks : scan.records), defects };
}

function defect(message: string, line: number | null, rows: bigint | null): ObjectDefect {
  return { message, line, rows };
}
