import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseTime } from '../../config/parse-time.ts';
import { SluiceError } from '../../core/problem.ts';
import { RENDERERS, REPORT_FORMATS, type ReportFormat } from '../../core/report/formats.ts';
import type { Report } from '../../core/report/report.ts';
import { type Command, type Context, type Input, optionValue, wantsColor } from '../command.ts';
import type { Ending } from '../exit-code.ts';
import { startProgressLine } from '../progress-line.ts';

export const check: Command = {
  name: 'check',
  summary: 'Check local files against contracts, without lakeFS.',
  usage: '--contract FILE... --data PATH [--base PATH] [--format text|json] [--output FILE] [--now TIME]',
  details: [
    'PATH is a file, or a folder with one file or folder per table, named after the schema name or physicalName.',
    'Standard output carries the report and nothing else.',
    'Exit status: 0 approved, 1 rejected, 2 undecided or bad use, 130 interrupted.',
  ],
  options: [
    { name: 'contract', value: 'FILE...', many: true, required: true, help: 'Contract files, or folders of them.' },
    { name: 'data', value: 'PATH', required: true, help: 'The data to check.' },
    { name: 'base', value: 'PATH', help: 'The data as it was before, for what changed.' },
    { name: 'format', value: 'FORMAT', choices: REPORT_FORMATS, help: 'text (default) or json.' },
    { name: 'output', value: 'FILE', help: 'Write the report there instead of to standard output.' },
    { name: 'now', value: 'TIME', help: 'Reference time for freshness, as 2026-08-22T10:00:00Z; default: now.' },
  ],
  examples: [
    {
      line: 'sluice check --contract contracts/orders.odcs.yaml --data orders.parquet',
      does: 'One file against one contract.',
    },
    {
      line: 'sluice check --contract contracts/*.yaml --data lake/ --base lake-before/ --format json',
      does: 'A folder of tables, with what changed, for a script.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const output = optionValue(input, 'output');
  const format = (optionValue(input, 'format') ?? 'text') as ReportFormat;
  const now = optionValue(input, 'now');
  const request = {
    contracts: input.options.get('contract') ?? [],
    data: optionValue(input, 'data') ?? '',
    base: optionValue(input, 'base'),
    now: now === null ? context.now() : parseTime(now),
  };
  const file = output === null ? null : await writableFile(output, context);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let report: Report;
  try {
    report = await services.checkLocal(request, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  if (context.signal.aborted) return { kind: 'interrupted' };
  if (file === null) {
    context.stdout.write(RENDERERS[format](report, { color: wantsColor(context.stdout, context.env) }));
  } else {
    await write(file, RENDERERS[format](report));
    context.stderr.write(`${report.verdict}: the report is in ${output}\n`);
  }
  return { kind: 'verdict', verdict: report.verdict };
}

/** The absolute path, once it is sure that the folder takes files: better now than after minutes of checking. */
async function writableFile(path: string, { cwd }: Context): Promise<string> {
  const absolute = resolve(cwd, path);
  await access(dirname(absolute), constants.W_OK).catch((cause) => {
    throw unwritable(path, cause);
  });
  return absolute;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause) => {
    throw unwritable(path, cause);
  });
}

function unwritable(path: string, cause: unknown): SluiceError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  return new SluiceError(
    { code: 'output-unwritable', message: `Cannot write ${path} (${reason}).`, hint: 'Give --output another place.' },
    { cause },
  );
}
