import { SluiceError } from '../../core/problem.ts';
import { escapeText } from '../../core/report/escape-text.ts';
import { cutMiddle, displayWidth, padEnd } from '../../core/report/text/display-width.ts';
import { type Line, paint, type Style } from '../../core/report/text/line.ts';
import { shortId } from '../../core/report/text/numbers.ts';
import { DECISION_STATES, type Decision, type DecisionFilter, type DecisionState } from '../../gate/record-ports.ts';
import { type Command, type Context, type Input, optionValue, wantsColor } from '../command.ts';
import { CONFIG_OPTION, RECORDS_OPTION } from '../config-option.ts';
import type { Ending } from '../exit-code.ts';

const DEFAULT_LIMIT = 20;

export const decisions: Command = {
  name: 'decisions',
  summary: 'List what the gate decided, newest first; also while it runs.',
  usage: '[--repository NAME] [--branch NAME] [--state STATE] [--limit N] [--format FORMAT] [--server URL]',
  details: [],
  options: [
    { name: 'repository', value: 'NAME', help: 'Only of this repository.' },
    { name: 'branch', value: 'NAME', help: 'Only merges into this branch.' },
    { name: 'state', value: 'STATE', choices: DECISION_STATES, help: `Only these: ${DECISION_STATES.join(', ')}.` },
    { name: 'limit', value: 'N', help: `At most so many, 1 to 10000; default ${DEFAULT_LIMIT}.` },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json.' },
    RECORDS_OPTION,
    CONFIG_OPTION,
  ],
  examples: [
    { line: 'sluice decisions', does: 'The last twenty.' },
    { line: 'sluice decisions --branch main --state rejected', does: 'What was kept out of main.' },
    { line: 'sluice decisions --server https://sluice.example.org', does: 'Of the Sluice that guards the lake.' },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const filter = filterOf(input);
  const services = await context.services();
  const records = { config: optionValue(input, 'config'), server: optionValue(input, 'server') };
  const found = await services.decisions({ ...records, filter }, context.signal);
  if (optionValue(input, 'format') === 'json') {
    const rows = found.map(({ report: _, ...row }) => row);
    context.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    context.stdout.write(
      found.length === 0 ? emptyText(filter) : tableText(found, wantsColor(context.stdout, context.env)),
    );
  }
  return { kind: 'done' };
}

function filterOf(input: Input): DecisionFilter {
  const repository = optionValue(input, 'repository');
  const branch = optionValue(input, 'branch');
  const state = optionValue(input, 'state') as DecisionState | null;
  return {
    limit: parseLimit(optionValue(input, 'limit') ?? String(DEFAULT_LIMIT)),
    ...(repository === null ? {} : { repository }),
    ...(branch === null ? {} : { branch }),
    ...(state === null ? {} : { state }),
  };
}

function parseLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 10_000) return limit;
  throw new SluiceError({ code: 'limit-invalid', message: `--limit cannot be \`${text}\`.`, hint: 'Give 1 to 10000.' });
}

function emptyText(filter: DecisionFilter): string {
  return Object.keys(filter).length > 1 ? 'No decision is like that.\n' : 'No decision yet.\n';
}

const HEADER = ['decision', 'received (UTC)', 'state', 'repository', 'merge', 'commit', 'status'];

function tableText(found: readonly Decision[], color: boolean): string {
  const rows = found.map(cells);
  const widths = HEADER.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(displayWidth)),
  );
  const line = (row: readonly string[], style: (column: number) => Style | undefined): Line =>
    row.map((cell, column) => {
      const text = padEnd(cell, (widths[column] ?? 0) + 2);
      const own = style(column);
      return own === undefined ? { text } : { text, style: own };
    });
  const body = found.map((decision, index) =>
    line(rows[index] ?? [], (column) => (column === 2 ? STYLES[decision.state] : undefined)),
  );
  return paint([line(HEADER, () => 'faint'), ...body], color);
}

const STYLES: Readonly<Record<DecisionState, Style>> = {
  running: 'faint',
  approved: 'good',
  rejected: 'bad',
  undecided: 'doubt',
  abandoned: 'doubt',
};

function cells(decision: Decision): readonly string[] {
  const { event = 'pre-merge', branch, source } = decision;
  const merge = [branch, shortId(source)].filter((side) => side !== '').join(' <- ');
  return [
    decision.id,
    decision.receivedAt.replace('T', ' ').replace(/\..*$/, ''),
    decision.replayOf === null ? decision.state : `${decision.state} (again)`,
    decision.repository,
    cutMiddle(escapeText(event === 'pre-merge' ? merge : `${event} ${branch === '' ? source : branch}`), 48),
    shortId(decision.mergeCommit),
    decision.status === null ? '' : String(decision.status),
  ].map(escapeText);
}
