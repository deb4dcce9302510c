import { SluiceError } from '../../core/problem.ts';
import { RENDERERS, REPORT_FORMATS, type ReportFormat } from '../../core/report/formats.ts';
import { REPORT_VERSION, type Report } from '../../core/report/report.ts';
import { decisionUrl } from '../../core/report/report-url.ts';
import type { Decision } from '../../gate/record-ports.ts';
import { type Command, type Context, type Input, optionValue, wantsColor } from '../command.ts';
import { CONFIG_OPTION, RECORDS_OPTION } from '../config-option.ts';
import type { Ending } from '../exit-code.ts';
import { writeFailingRows } from '../failing-rows-output.ts';
import type { Services, WithServer } from '../services.ts';

export const report: Command = {
  name: 'report',
  summary: 'Show the report of a decision.',
  usage: 'ID [--format FORMAT] [--rows-to DIR] [--server URL]',
  details: ['ID is a decision, the beginning of one, or a merge commit (its latest decision).'],
  options: [
    {
      name: 'format',
      value: 'FORMAT',
      choices: REPORT_FORMATS,
      help: `${REPORT_FORMATS.join(', ')}; text by default, json exactly as recorded.`,
    },
    {
      name: 'rows-to',
      value: 'DIR',
      help: 'Write the failing rows that are kept there as well, a Parquet file for each check.',
    },
    RECORDS_OPTION,
    CONFIG_OPTION,
  ],
  positional: { name: 'ID' },
  examples: [
    { line: 'sluice report 01j8zk3v', does: 'As lakeFS shows it in the log of the run.' },
    { line: 'sluice report 5f2c01ab9a1e --format json', does: 'Why this merge commit was let through, or not.' },
    {
      line: 'sluice report 01j8zk3v --rows-to failing --server https://sluice.example.org',
      does: 'With the failing rows that its contracts let be shown, a Parquet file for each check.',
    },
    {
      line: 'sluice report 01j8zk3v --server https://sluice.example.org',
      does: 'From the Sluice that guards the lake.',
    },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const services = await context.services();
  const records = { config: optionValue(input, 'config'), server: optionValue(input, 'server') };
  const find = finder(services, records, context.signal);
  const decision = choose(await find(input.positionals[0] ?? ''), input.positionals[0] ?? '');
  const text = await recordedReport(decision, find, fromServer(services, records, context.signal));
  const format = (optionValue(input, 'format') ?? 'text') as ReportFormat;
  if (format === 'json') {
    context.stdout.write(text);
  } else {
    const reportUrl = decisionUrl(await services.consoleUrl(records), decision.id);
    const options = { color: wantsColor(context.stdout, context.env), ...(reportUrl === null ? {} : { reportUrl }) };
    context.stdout.write(RENDERERS[format](parseReport(text, decision.id), options));
  }
  const directory = optionValue(input, 'rows-to');
  if (directory !== null) {
    await writeFailingRows(await services.failingRows({ ...records, decision }, context.signal), directory, context);
  }
  return { kind: 'done' };
}

type Find = (reference: string) => Promise<readonly Decision[]>;

function finder(services: Services, records: WithServer, signal: AbortSignal): Find {
  return (reference) => services.findDecisions({ ...records, reference: reference.toLowerCase() }, signal);
}

/** A server lists decisions without their reports. */
function fromServer(services: Services, { config, server }: WithServer, signal: AbortSignal) {
  return async (id: string) => (server === null ? null : services.serverReport({ config, server, id }, signal));
}

/** One id, or one merge commit; anything else is for the user to make clear. */
function choose(found: readonly Decision[], typed: string): Decision {
  const reference = typed.toLowerCase();
  const exact = found.find(({ id }) => id === reference);
  const [newest] = found;
  const byId = found.filter(({ id }) => id.startsWith(reference));
  const commits = new Set(found.map(({ mergeCommit }) => mergeCommit));
  if (exact !== undefined) return exact;
  if (newest === undefined) {
    throw new SluiceError({
      code: 'decision-not-found',
      message: `There is no decision \`${typed}\`, nor one on such a merge commit.`,
      hint: 'See `sluice decisions`; --config names the configuration whose records are read.',
    });
  }
  if (found.length > 1 && (byId.length > 0 || commits.size > 1)) {
    const some = found
      .slice(0, 5)
      .map(({ id, mergeCommit }) => (id.startsWith(reference) ? id : mergeCommit.slice(0, 16)));
    throw new SluiceError({
      code: 'decision-ambiguous',
      message: `\`${typed}\` can mean ${found.length} decisions: ${some.join(', ')}${found.length > 5 ? ', ...' : ''}.`,
      hint: 'Give more of the id.',
    });
  }
  return newest;
}

/** A delivery that repeats a decided question may point to the report instead of holding it. */
async function recordedReport(
  decision: Decision,
  find: Find,
  ask: (id: string) => Promise<string | null>,
): Promise<string> {
  const own = decision.report ?? (await ask(decision.id));
  if (own !== null) return own;
  const original = decision.replayOf === null ? undefined : (await find(decision.replayOf))[0];
  if (original !== undefined && original.report !== null) return original.report;
  throw new SluiceError({
    code: 'report-missing',
    message: `Decision ${decision.id} has no report: it is ${decision.state}.`,
    hint:
      decision.state === 'running'
        ? 'Ask again when it has ended.'
        : 'The gate ended before it could decide; lakeFS saw an error and did not merge.',
  });
}

function parseReport(text: string, id: string): Report {
  const parsed = JSON.parse(text) as Report;
  if (parsed.reportVersion !== REPORT_VERSION) {
    throw new SluiceError({
      code: 'report-version-unknown',
      message: `The report of ${id} has version ${String(parsed.reportVersion)}; this Sluice shows ${REPORT_VERSION}.`,
      hint: '--format json gives it as it was recorded.',
    });
  }
  return parsed;
}
