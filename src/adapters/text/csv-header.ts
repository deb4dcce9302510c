import type { ObjectDefect } from '../../core/check/table-facts.ts';
import type { ReaderOptions } from '../../core/contract/contract.ts';

/** Splits the header record, which may hold line ends inside quotes. */
export function parseHeader(record: string, options: ReaderOptions): readonly string[] {
  const { delimiter, quote, escape: escaping } = options;
  if (record === '') return [];
  const names: string[] = [];
  let name = '';
  let quoted = false;
  for (let index = 0; index < record.length; index += 1) {
    const character = record[index] ?? '';
    const next = record[index + 1];
    if (quoted && character === escaping && next === quote) {
      name += quote;
      index += 1;
    } else if (quote !== '' && character === quote && (quoted || name === '')) {
      quoted = !quoted;
    } else if (!quoted && character === delimiter) {
      names.push(name);
      name = '';
    } else {
      name += character;
    }
  }
  return [...names, name];
}

/** What makes it impossible to bind columns by the header's names. */
export function headerDefects(header: readonly string[]): readonly ObjectDefect[] {
  const whole = (message: string): ObjectDefect => ({ message, line: 1, rows: null });
  if (header.length === 0) return [whole('there is no header')];
  const folded = header.map((name) => name.toLowerCase());
  const repeated = folded.findIndex((name, index) => folded.indexOf(name) !== index);
  // Not the name: where the header is missing, it is a value.
  if (repeated >= 0) {
    const first = folded.indexOf(folded[repeated] ?? '');
    return [whole(`columns ${first + 1} and ${repeated + 1} of the header have one name`)];
  }
  return header.includes('') ? [whole('the header has a column without a name')] : [];
}
