import type { DiffReport } from '../../core/diff/diff-report.ts';
import { differs, isComplete } from '../../core/diff/order-tables.ts';
import { SluiceError } from '../../core/problem.ts';
import { diffToHtml } from '../../core/report/diff-to-html.ts';
import { diffToText } from '../../core/report/diff-to-text.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';
import { diffOptionsOf, HOW_TO_DIFF } from '../diff-input.ts';
import type { Ending } from '../exit-code.ts';
import { startProgressLine } from '../progress-line.ts';
import { openTextOutput } from '../report-output.ts';
import type { OnProgress, Services } from '../services.ts';

const FORMATS = ['text', 'html', 'json'] as const;

export const diff: Command = {
  name: 'diff',
  summary: 'Show what differs between two versions of data, row by row.',
  forms: [
    {
      about: 'files',
      usage: '--base PATH --data PATH [--key COLUMNS] [--contract FILE...] [--show COLUMNS] [--format FORMAT] ...',
      positionals: [],
      needs: ['base', 'data'],
      only: ['base', 'data'],
    },
    {
      about: 'two refs',
      usage: 'REPO BASE HEAD [--table TABLE] [--key COLUMNS] [--show COLUMNS] [--format FORMAT] [--output FILE] ...',
      positionals: ['REPO', 'BASE', 'HEAD'],
      needs: [],
      only: ['table', 'config'],
    },
  ],
  details: [
    'Two refs: BASE and HEAD are branches, tags or commits of a lakeFS repository. Every table that changed is compared;',
    'without a contract a folder is a table. Needs nothing but keys of lakeFS, or those that lakectl has.',
    'Files: PATH is a file, or a folder whose files make one table. With contracts: one file or folder per table.',
    'A contract says the key, the types of CSV and JSON, and which values may be shown. --contract takes all words that',
    'follow, so write REPO BASE HEAD first.',
    'Without a key, whole rows are compared: a changed row is one that went and one that came.',
    'Exit status: 0 compared, whatever it found (1 with --exit-code when something differs); 2 something could not be',
    'compared, or bad use; 130 interrupted.',
  ],
  options: [
    { name: 'base', value: 'PATH', help: 'Files: the data as it was.' },
    { name: 'data', value: 'PATH', help: 'Files: the data as it is.' },
    {
      name: 'table',
      value: 'TABLE',
      repeatable: true,
      help: 'Two refs: only this table (a name, a folder or an object); again for more.',
    },
    ...HOW_TO_DIFF,
    { name: 'exit-code', help: 'End with status 1 when a row or the schema differs and all was compared.' },
    CONFIG_OPTION,
    { name: 'format', value: 'FORMAT', choices: FORMATS, help: 'text (default), html or json.' },
    { name: 'output', value: 'FILE', help: 'Write the report there instead of to standard output.' },
  ],
  examples: [
    {
      line: 'sluice diff lake main etl-2026-08-22 --key orders=order_id --key customers=id',
      does: 'What a branch did to the data, table by table.',
    },
    {
      line: 'sluice diff lake main~1 main --table tables/orders --key order_id --show all --format html --output diff.html',
      does: 'One table in the last commit, with rows, as a page for a browser.',
    },
    {
      line: 'sluice diff --base orders-before.parquet --data orders.parquet --key order_id',
      does: 'The same for files, without lakeFS.',
    },
    {
      line: 'sluice diff --base before/ --data after/ --contract contracts/ --format json',
      does: 'Every table of the contracts, for a script.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const compare = questionOf(input);
  const format = (optionValue(input, 'format') ?? 'text') as (typeof FORMATS)[number];
  const output = await openTextOutput(input, context);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let report: DiffReport;
  try {
    report = await compare(services, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  if (context.signal.aborted) return { kind: 'interrupted' };
  await output.write((color) => RENDERERS[format](report, color), 'diff');
  if (!isWhole(report)) return { kind: 'broken' };
  const found = report.tables.some((table) => table.diff !== null && differs(table.diff));
  return input.options.has('exit-code') ? { kind: 'compared', differs: found } : { kind: 'done' };
}

const RENDERERS: Readonly<Record<(typeof FORMATS)[number], (report: DiffReport, color: boolean) => string>> = {
  text: (report, color) => diffToText(report, { color }),
  html: diffToHtml,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
};

function isWhole({ tables, problems }: DiffReport): boolean {
  return (
    tables.every(({ diff }) => diff !== null && isComplete(diff)) && problems.every(({ level }) => level === 'warning')
  );
}

function keyOfOneTable(table: string): SluiceError {
  return new SluiceError({
    code: 'option-misplaced',
    message: `--key ${table}=... does not go with a diff of files.`,
    hint: 'Write --key a,b, or give contracts with the keys of the tables.',
  });
}

type Compare = (services: Services, onProgress: OnProgress, signal: AbortSignal) => Promise<DiffReport>;

function questionOf(input: Input): Compare {
  const asked = { ...diffOptionsOf(input), contracts: input.options.get('contract') ?? [] };
  const [repository, base = '', head = ''] = input.positionals;
  if (repository !== undefined) {
    const config = optionValue(input, 'config');
    const refs = { ...asked, repository, base, head, tables: input.options.get('table') ?? [], config };
    return (services, onProgress, signal) => services.diffRefs(refs, onProgress, signal);
  }
  const [table] = asked.keyOf.keys();
  if (table !== undefined) throw keyOfOneTable(table);
  const files = { ...asked, base: optionValue(input, 'base') ?? '', data: optionValue(input, 'data') ?? '' };
  return (services, onProgress, signal) => services.diffLocal(files, onProgress, signal);
}
