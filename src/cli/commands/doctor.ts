import { plural } from '../../core/check/words.ts';
import { escapeText } from '../../core/report/escape-text.ts';
import { displayWidth, padEnd } from '../../core/report/text/display-width.ts';
import { BLANK, type Line, paint, type Style } from '../../core/report/text/line.ts';
import type { Diagnosis } from '../../gate/doctor/doctor.ts';
import type { Finding, Level } from '../../gate/doctor/finding.ts';
import { type Command, type Context, type Input, optionValue, wantsColor } from '../command.ts';
import { CONFIG_OPTION } from '../config-option.ts';
import type { Ending } from '../exit-code.ts';
import { startProgressLine } from '../progress-line.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look for whatever lets a merge past the gate, and prove the gate by a canary.',
  forms: [
    { about: 'every repository', usage: '[--json] [--server URL]', positionals: [], needs: [], only: [] },
    { about: 'one repository', usage: 'REPO [--json] [--server URL]', positionals: ['REPO'], needs: [], only: [] },
  ],
  details: [
    'One line per finding: ok, warn, fail or unknown, with what to do below it. The canary merges bad data on scratch',
    'branches through lakeFS itself and demands that this Sluice refuses it, then good data and demands that it passes.',
    'Scratch branches are deleted again, also those that killed runs have left. docs/doctor.md explains each finding.',
    'Run it where sluice serve runs, with the same configuration; elsewhere it tells what it cannot know.',
    'Exit status: 0 nothing failed, 1 something failed, 2 something could not be told, or bad use, 130 interrupted.',
  ],
  options: [
    { name: 'json', help: 'All of it, for a script: {findings, verdict}.' },
    {
      name: 'server',
      value: 'URL',
      help: 'Console of the Sluice that lakeFS should ask; needs SLUICE_CONSOLE_TOKEN. Default: the records here.',
    },
    CONFIG_OPTION,
  ],
  examples: [
    { line: 'sluice doctor lake', does: 'Everything about the repository lake.' },
    { line: 'sluice doctor --json', does: 'Every repository that the keys see, for a monitor.' },
  ],
  run,
};

async function run(input: Input, context: Context): Promise<Ending> {
  const request = {
    repository: input.positionals[0] ?? null,
    server: optionValue(input, 'server'),
    config: optionValue(input, 'config'),
  };
  const services = await context.services();
  const progress = startProgressLine(context.stderr);
  let diagnosis: Diagnosis;
  try {
    diagnosis = await services.doctor(request, progress.show, context.signal);
  } finally {
    progress.clear();
  }
  if (input.options.has('json')) context.stdout.write(`${JSON.stringify(diagnosis, null, 2)}\n`);
  else context.stdout.write(doctorText(diagnosis, wantsColor(context.stdout, context.env)));
  const verdict = ({ ok: 'approved', fail: 'rejected', unknown: 'undecided' } as const)[diagnosis.verdict];
  return { kind: 'verdict', verdict };
}

const STYLES: Readonly<Record<Level, Style>> = { ok: 'good', warn: 'caution', fail: 'bad', unknown: 'doubt' };
const LEVEL_WIDTH = 9;

function doctorText({ findings }: Diagnosis, color: boolean): string {
  const width = Math.max(0, ...findings.map(({ title }) => displayWidth(title))) + 2;
  const groups = [...new Set(findings.map(({ repository }) => repository))];
  const lines = groups.flatMap((group, index) => {
    const own = findings.filter(({ repository }) => repository === group);
    const head: readonly Line[] =
      group === null ? [] : [[{ text: `repository ${escapeText(group)}`, style: 'strong' }]];
    return [...(index === 0 ? [] : [BLANK]), ...head, ...own.flatMap((finding) => findingLines(finding, width))];
  });
  return paint([...lines, BLANK, summary(findings)], color);
}

function findingLines({ level, title, detail, fix }: Finding, width: number): readonly Line[] {
  const line: Line = [
    { text: padEnd(level, LEVEL_WIDTH), style: STYLES[level] },
    { text: padEnd(title, width) },
    { text: escapeText(detail) },
  ];
  if (fix === null) return [line];
  return [line, [{ text: `${' '.repeat(LEVEL_WIDTH)}fix: ${escapeText(fix)}`, style: 'faint' }]];
}

function summary(findings: readonly Finding[]): Line {
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const parts = (['fail', 'unknown', 'warn'] as const).flatMap((level) =>
    count(level) === 0 ? [] : [`${count(level)} ${level}`],
  );
  return [{ text: `${plural(findings.length, 'finding')}: ${parts.length === 0 ? 'all ok' : parts.join(', ')}` }];
}
