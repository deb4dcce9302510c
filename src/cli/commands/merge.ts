import { SluiceError } from '../../core/problem.ts';
import type { GatedMergeEnd } from '../../gate/gated-merge.ts';
import type { Command, Context, Input } from '../command.ts';
import { optionValue } from '../command.ts';
import type { Ending } from '../exit-code.ts';
import { MERGE_ARGUMENTS, MERGE_OPTIONS, mergeCheckOf } from '../merge-input.ts';
import { printProblems } from '../print-problems.ts';
import { startProgressLine } from '../progress-line.ts';
import { consoleOf, openReportOutput, REPORT_OPTIONS, type ReportOutput } from '../report-output.ts';

export const merge: Command = {
  name: 'merge',
  summary: 'Check a merge, make it, and note the verdict on its commit.',
  forms: [
    {
      about: 'a merge',
      usage: 'REPO SOURCE DEST [--meta KEY=VALUE]... [--message TEXT] [--contract FILE...] [--server URL] ...',
      positionals: MERGE_ARGUMENTS,
      needs: [],
      only: [],
    },
  ],
  details: [
    'Merges SOURCE (a branch, tag or commit) into the branch DEST when a check approves, else shows the report and stops.',
    'The merge commit gets the metadata sluice.verdict, sluice.decision, sluice.contracts and sluice.version. A gate in',
    'lakeFS judges again; with --server it knows its own fresh decision and answers at once.',
    'Exit status: 0 merged, 1 rejected, 2 undecided or bad use, 130 interrupted.',
  ],
  options: [
    {
      name: 'meta',
      value: 'KEY=VALUE',
      repeatable: true,
      help: 'Metadata of the merge commit; may be given several times.',
    },
    { name: 'message', value: 'TEXT', help: 'Message of the merge commit; default: that of lakeFS.' },
    {
      name: 'contract',
      value: 'FILE...',
      many: true,
      help: 'Contract files, or folders of them; default: those of the configuration.',
    },
    ...MERGE_OPTIONS,
    ...REPORT_OPTIONS,
  ],
  examples: [
    { line: 'sluice merge lake etl-2026-08-22 main', does: 'Checks, and merges when approved.' },
    {
      line: 'sluice merge lake etl-2026-08-22 main --meta run=1842 --server https://sluice.example.org',
      does: 'Lets the Sluice that guards the lake judge; the hook then answers from its record.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const order = {
    ...mergeCheckOf(input),
    message: optionValue(input, 'message'),
    metadata: metadataOf(input.options.get('meta') ?? []),
  };
  const output = await openReportOutput(input, context);
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let end: GatedMergeEnd;
  try {
    end = await services.merge(order, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  await output.write(end.report, await consoleOf(input, services));
  tellEnd(end, `lakefs://${order.repository}`, order.destination, output, context);
  if (context.signal.aborted) return { kind: 'interrupted' };
  return { kind: 'verdict', verdict: end.kind === 'not-merged' ? end.verdict : end.report.verdict };
}

/** On standard output where it does not spoil a format that a program reads. */
function tellEnd(
  end: GatedMergeEnd,
  lake: string,
  destination: string,
  { format, file }: ReportOutput,
  context: Context,
): void {
  const stream = format === 'text' || file !== null ? context.stdout : context.stderr;
  if (end.kind === 'merged') stream.write(`merged ${lake}/${end.commitId} into ${destination}\n`);
  if (end.kind === 'not-merged') printProblems([end.problem], context.stderr);
}

/** Throws `meta-invalid` for what is no `KEY=VALUE`, is given twice, or is Sluice's own to say. */
function metadataOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  const entries = pairs.map((pair): readonly [string, string] => {
    const at = pair.indexOf('=');
    if (at < 1) throw metaInvalid(`\`${pair}\` is no KEY=VALUE.`, 'Write --meta run=1842, say.');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  for (const [index, [key]] of entries.entries()) {
    if (isOurs(key)) throw metaInvalid(`The key \`${key}\` is Sluice's own.`, 'Choose another key.');
    if (entries.findIndex(([other]) => other === key) !== index) {
      throw metaInvalid(`The key \`${key}\` is given twice.`, 'Leave one of them out.');
    }
  }
  return Object.fromEntries(entries);
}

/** As somebody may look for it: any case. */
function isOurs(key: string): boolean {
  return /^(?:sluice\.|::lakefs::sluice::)/i.test(key);
}

function metaInvalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'meta-invalid', message, hint });
}
