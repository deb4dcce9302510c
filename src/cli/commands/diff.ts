import type { DiffReport } from '../../core/diff/diff-report.ts';
import { SluiceError } from '../../core/problem.ts';
import { diffToText } from '../../core/report/diff-to-text.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import type { Ending } from '../exit-code.ts';
import { startProgressLine } from '../progress-line.ts';
import { openTextOutput } from '../report-output.ts';
import type { LocalDiff } from '../services.ts';

const FORMATS = ['text', 'json'] as const;
const DEFAULT_SAMPLES = 5;
const MAX_SAMPLES = 200;

export const diff: Command = {
  name: 'diff',
  summary: 'Show what differs between two versions of data, row by row.',
  usage: '--base PATH --data PATH [--key COLUMNS] [--contract FILE...] [--show COLUMNS] [--format FORMAT] ...',
  details: [
    'PATH is a file, or a folder whose files make one table. With contracts: one file or folder per table, and the',
    'contract says the key, the types of CSV and JSON, and which values may be shown.',
    'Without a key, whole rows are compared: a changed row is one that went and one that came.',
    'Exit status: 0 compared, whatever it found; 2 something could not be compared, or bad use; 130 interrupted.',
  ],
  options: [
    { name: 'base', value: 'PATH', required: true, help: 'The data as it was.' },
    { name: 'data', value: 'PATH', required: true, help: 'The data as it is.' },
    { name: 'key', value: 'COLUMNS', help: 'Columns that identify a row, as a,b; default: the key of the contract.' },
    { name: 'contract', value: 'FILE...', many: true, help: 'Contract files, or folders of them.' },
    { name: 'show', value: 'COLUMNS', help: 'Columns whose values are shown, as a,b, or all; default: none.' },
    { name: 'limit', value: 'N', help: `Rows shown of each kind of change; default ${DEFAULT_SAMPLES}.` },
    {
      name: 'tolerance',
      value: 'COLUMN=N',
      repeatable: true,
      help: 'Largest difference of a floating point column that is none.',
    },
    { name: 'format', value: 'FORMAT', choices: FORMATS, help: 'text (default) or json.' },
    { name: 'output', value: 'FILE', help: 'Write the report there instead of to standard output.' },
  ],
  examples: [
    {
      line: 'sluice diff --base orders-before.parquet --data orders.parquet --key order_id',
      does: 'What happened to the orders.',
    },
    {
      line: 'sluice diff --base before/orders/ --data after/orders/ --key order_id,line --show all --limit 20',
      does: 'The same for a folder of files, with rows to look at.',
    },
    {
      line: 'sluice diff --base before/ --data after/ --contract contracts/ --format json',
      does: 'Every table of the contracts, for a script.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const request = requestOf(input);
  const format = optionValue(input, 'format') ?? 'text';
  const output = await openTextOutput(input, context);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let report: DiffReport;
  try {
    report = await services.diffLocal(request, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  if (context.signal.aborted) return { kind: 'interrupted' };
  const render = (color: boolean): string =>
    format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : diffToText(report, { color });
  await output.write(render, 'diff');
  return isWhole(report) ? { kind: 'done' } : { kind: 'broken' };
}

function isWhole({ tables, problems }: DiffReport): boolean {
  return tables.every(({ problem }) => problem === null) && problems.every(({ level }) => level === 'warning');
}

function requestOf(input: Input): LocalDiff {
  const key = optionValue(input, 'key');
  const show = optionValue(input, 'show');
  return {
    base: optionValue(input, 'base') ?? '',
    data: optionValue(input, 'data') ?? '',
    contracts: input.options.get('contract') ?? [],
    key: key === null ? null : namesIn(key, 'key'),
    show: show === null ? [] : show === 'all' ? 'all' : namesIn(show, 'show'),
    limit: limitOf(optionValue(input, 'limit')),
    tolerance: Object.fromEntries((input.options.get('tolerance') ?? []).map(toleranceOf)),
  };
}

function namesIn(text: string, option: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.includes('')) return names;
  throw badValue(option, text, 'Write column names with commas between them: --key order_id,line.');
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
