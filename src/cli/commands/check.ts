import { parseTime } from '../../config/parse-time.ts';
import { SluiceError } from '../../core/problem.ts';
import type { Report } from '../../core/report/report.ts';
import { type Command, type Context, type Input, optionValue } from '../command.ts';
import type { Ending } from '../exit-code.ts';
import { MERGE_ARGUMENTS, MERGE_OPTIONS, mergeCheckOf } from '../merge-input.ts';
import { startProgressLine } from '../progress-line.ts';
import { consoleOf, openReportOutput, REPORT_OPTIONS } from '../report-output.ts';
import type { OnProgress, Services } from '../services.ts';

const FILE_OPTIONS = ['data', 'base', 'new-table', 'now'];

export const check: Command = {
  name: 'check',
  summary: 'Check a merge before it is made, or local files, against contracts.',
  forms: [
    {
      about: 'files',
      usage: '--contract FILE... --data PATH [--base PATH] [--now TIME] [--format FORMAT] [--output FILE] ...',
      positionals: [],
      needs: ['contract', 'data'],
      only: FILE_OPTIONS,
    },
    {
      about: 'a merge',
      usage: 'REPO SOURCE DEST [--contract FILE...] [--strategy STRATEGY] [--squash] [--server URL] ...',
      positionals: MERGE_ARGUMENTS,
      needs: [],
      only: MERGE_OPTIONS.map(({ name }) => name),
    },
  ],
  details: [
    'A merge: what the gate would say to merging SOURCE (a branch, tag or commit) into the branch DEST. It is merged on',
    'a scratch branch that is deleted again; DEST stays as it is. Needs nothing but keys of lakeFS.',
    'Contracts are those of the configuration (SLUICE_CONTRACTS), or the files given. --contract takes all words that',
    'follow, so write REPO SOURCE DEST first.',
    'Files: PATH is a file, or a folder with one file or folder per table, named after the schema name or physicalName.',
    'Every table with data at --data needs data at --base too, or --new-table.',
    'Standard output carries the report and nothing else.',
    'Exit status: 0 approved, 1 rejected, 2 undecided or bad use, 130 interrupted.',
  ],
  options: [
    { name: 'contract', value: 'FILE...', many: true, help: 'Contract files, or folders of them.' },
    { name: 'data', value: 'PATH', help: 'Files: the data to check.' },
    { name: 'base', value: 'PATH', help: 'Files: the data as it was before, for what changed.' },
    {
      name: 'new-table',
      value: 'NAME',
      repeatable: true,
      help: 'Files: a table that may have no data at the base, as it is new.',
    },
    { name: 'now', value: 'TIME', help: 'Files: reference time for freshness, as 2026-08-22T10:00:00Z; default: now.' },
    ...MERGE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  examples: [
    {
      line: 'sluice check lake etl-2026-08-22 main',
      does: 'What the gate would say to this merge.',
    },
    {
      line: 'sluice check lake etl-2026-08-22 main --contract contracts/',
      does: 'The same by contracts on this machine, changed or new.',
    },
    {
      line: 'sluice check lake etl-2026-08-22 main --server https://sluice.example.org --format json',
      does: 'Asks the Sluice that guards the lake; its decision is recorded.',
    },
    {
      line: 'sluice check --contract contracts/orders.odcs.yaml --data orders.parquet',
      does: 'One file against one contract, without lakeFS.',
    },
    {
      line: 'sluice check --contract contracts/*.yaml --data lake/ --base lake-before/ --format json',
      does: 'A folder of tables, with what changed, for a script.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const ask = questionOf(input, context);
  const output = await openReportOutput(input, context);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let report: Report;
  try {
    report = await ask(services, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  if (context.signal.aborted) return { kind: 'interrupted' };
  await output.write(report, await consoleOf(input, services));
  return { kind: 'verdict', verdict: report.verdict };
}

type Ask = (services: Services, onProgress: OnProgress, signal: AbortSignal) => Promise<Report>;

function questionOf(input: Input, context: Context): Ask {
  if (input.positionals.length > 0) {
    const question = mergeCheckOf(input);
    return (services, onProgress, signal) => services.checkMerge(question, onProgress, signal);
  }
  const now = optionValue(input, 'now');
  const question = {
    contracts: input.options.get('contract') ?? [],
    data: optionValue(input, 'data') ?? '',
    base: optionValue(input, 'base'),
    newTables: newTablesOf(input),
    now: now === null ? context.now() : parseTime(now),
  };
  return (services, onProgress, signal) => services.checkLocal(question, onProgress, signal);
}

/** Without a base nobody knows what changed, which a table that is called new would seem to answer. */
function newTablesOf(input: Input): readonly string[] {
  const names = input.options.get('new-table') ?? [];
  if (names.length === 0 || input.options.has('base')) return names;
  throw new SluiceError({
    code: 'option-misplaced',
    message: '--new-table says that a table has no data at --base, and there is no --base.',
    hint: 'Add --base PATH, the data as it was before (an empty folder where there was none), or leave --new-table out.',
  });
}
