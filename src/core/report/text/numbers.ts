import { percent } from '../../check/words.ts';

/** `31 MB`, `1.2 kB`; powers of a thousand, as storage bills have them. */
export function byteWords(bytes: number): string {
  const unit = UNITS.find(({ size }) => bytes >= size);
  if (unit === undefined) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const amount = bytes / unit.size;
  return `${amount < 10 ? Math.floor(amount * 10) / 10 : Math.floor(amount)} ${unit.name}`;
}

const UNITS = [
  { size: 1e12, name: 'TB' },
  { size: 1e9, name: 'GB' },
  { size: 1e6, name: 'MB' },
  { size: 1e3, name: 'kB' },
] as const;

/** `12 ms`, `2.4 s`, `1 min 12 s`. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The rate of a part; `<0.1 %` and `>99.9 %` keep what is neither nothing nor all from looking so. */
export function rateWords(part: number, whole: number): string {
  return percent(BigInt(part), BigInt(whole));
}

/** The beginning of an id, long enough to be found again. */
export function shortId(id: string): string {
  return /^[0-9a-f]{40,}$/.test(id) ? id.slice(0, 12) : id;
}

/** `duckdb 1.5.6`, of the engine's own `duckdb v1.5.6`: versions are told without a v. */
export function engineWords(duckdb: string): string {
  return duckdb.replace(/^duckdb v?/, 'duckdb ');
}
