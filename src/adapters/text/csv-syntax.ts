import type { ReaderOptions } from '../../core/contract/contract.ts';

export const LF = 0x0a;
export const CR = 0x0d;

/** The contract's characters as bytes; -1 for none. */
export interface Syntax {
  readonly quote: number;
  readonly escape: number;
  /** The last bytes of the delimiter as one number, and a mask of their width. */
  readonly delimiter: number;
  readonly mask: number;
  readonly delimiterBytes: readonly number[];
  /** 1 for bytes that mean nothing but themselves; none do where the delimiter is longer than a byte. */
  readonly ordinary: Uint8Array;
}

export function syntaxOf(options: ReaderOptions): Syntax {
  const [quote = -1] = Buffer.from(options.quote);
  const [escaping = -1] = Buffer.from(options.escape);
  const delimiterBytes = [...Buffer.from(options.delimiter)];
  const delimiter = delimiterBytes.reduce((code, byte) => ((code << 8) | byte) >>> 0, 0);
  const mask = delimiterBytes.reduce((wide) => ((wide << 8) | 0xff) >>> 0, 0);
  const ordinary = new Uint8Array(256).fill(delimiterBytes.length === 1 ? 1 : 0);
  for (const byte of [LF, CR, quote, delimiter & 0xff]) if (byte >= 0) ordinary[byte] = 0;
  return { quote, escape: escaping, delimiter, mask, delimiterBytes, ordinary };
}
