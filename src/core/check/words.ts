import type { Literal } from '../contract/contract.ts';

/** `12,345`. */
export function count(value: bigint | number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 row`, `2 rows`. */
export function plural(value: bigint | number, noun: string): string {
  return `${count(value)} ${noun}${BigInt(value) === 1n ? '' : 's'}`;
}

/** The rate of a part, never rounded to a bare 0 or 100 when it is neither. */
export function percent(part: bigint, whole: bigint): string {
  if (whole === 0n || part === 0n) return '0 %';
  if (part === whole) return '100 %';
  const thousandths = (part * 2000n + whole) / (2n * whole);
  if (thousandths === 0n) return '<0.1 %';
  if (thousandths >= 1000n) return '>99.9 %';
  return `${thousandths / 10n}.${thousandths % 10n} %`;
}

/** A list cut for people: the first few, then how many more. */
export function listed(items: readonly string[], limit = 5): string {
  const shown = items.slice(0, limit).join(', ');
  return items.length > limit ? `${shown} and ${count(items.length - limit)} more` : shown;
}

/** A contract's literal as it would be written in YAML. */
export function literalWords(literal: Literal): string {
  switch (literal.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(literal.value);
    case 'number':
      return literal.text;
    case 'text':
      return `'${literal.text}'`;
  }
}
