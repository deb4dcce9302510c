import { SluiceError } from '../core/problem.ts';
import { type Input, type Option, optionValue } from './command.ts';
import type { DiffOptions } from './services.ts';

const DEFAULT_SAMPLES = 5;
const MAX_SAMPLES = 200;

/** How a diff is made, wherever the two versions lie. */
export const HOW_TO_DIFF: readonly Option[] = [
  {
    name: 'key',
    value: 'COLUMNS',
    repeatable: true,
    help: 'Columns that identify a row, as a,b, or TABLE=a,b for one table; default: as contracts say.',
  },
  { name: 'contract', value: 'FILE...', many: true, help: 'Contract files, or folders of them.' },
  { name: 'show', value: 'COLUMNS', help: 'Columns whose values are shown, as a,b, or all; default: none.' },
  { name: 'limit', value: 'N', help: `Rows shown of each kind of change; default ${DEFAULT_SAMPLES}.` },
  {
    name: 'tolerance',
    value: 'COLUMN=N',
    repeatable: true,
    help: 'Largest difference of a floating point column that is none.',
  },
];

/** Reads what {@link HOW_TO_DIFF} was given, but for the contracts. */
export function diffOptionsOf(input: Input): DiffOptions {
  const keys = input.options.get('key') ?? [];
  const [key = null, again] = keys.filter((text) => !text.includes('='));
  if (again !== undefined) throw badValue('key', again, 'Write TABLE=a,b for tables with other keys than the first.');
  const show = optionValue(input, 'show');
  return {
    key: key === null ? null : namesIn(key, 'key'),
    keyOf: new Map(keys.filter((text) => text.includes('=')).map(tableKeyOf)),
    show: show === null ? [] : show === 'all' ? 'all' : namesIn(show, 'show'),
    limit: limitOf(optionValue(input, 'limit')),
    tolerance: Object.fromEntries((input.options.get('tolerance') ?? []).map(toleranceOf)),
  };
}

function namesIn(text: string, option: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('')) return names;
  throw badValue(option, text, `Write column names with commas between them: --${option} order_id,line.`);
}

function tableKeyOf(text: string): readonly [string, readonly string[]] {
  const at = text.indexOf('=');
  return [text.slice(0, at), namesIn(text.slice(at + 1), 'key')];
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_SAMPLES;
  if (/^\d{1,3}$/.test(text) && Number(text) <= MAX_SAMPLES) return Number(text);
  throw badValue('limit', text, `Write a whole number from 0 to ${MAX_SAMPLES}.`);
}

function toleranceOf(text: string): readonly [string, string] {
  const match = /^(.+)=(\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.exec(text);
  if (match !== null) return [match[1] ?? '', match[2] ?? ''];
  throw badValue('tolerance', text, 'Write a column and a number: --tolerance price=0.01.');
}

function badValue(option: string, text: string, hint: string): SluiceError {
  return new SluiceError({ code: 'value-invalid', message: `--${option} cannot be \`${text}\`.`, hint });
}
