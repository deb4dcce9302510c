import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SluiceError } from '../core/problem.ts';
import { RENDERERS, REPORT_FORMATS, type ReportFormat } from '../core/report/formats.ts';
import type { Report } from '../core/report/report.ts';
import { decisionUrl } from '../core/report/report-url.ts';
import { type Context, type Input, type Option, optionValue, wantsColor } from './command.ts';
import type { Services } from './services.ts';

/** Where and how a command shows its report. */
export const REPORT_OPTIONS: readonly Option[] = [
  {
    name: 'format',
    value: 'FORMAT',
    choices: REPORT_FORMATS,
    help: `${REPORT_FORMATS.map((name, index) => (index === 0 ? `${name} (default)` : name)).join(', ')}.`,
  },
  { name: 'output', value: 'FILE', help: 'Write the report there instead of to standard output.' },
];

export interface ReportOutput {
  readonly format: ReportFormat;
  /** As the user typed it; null for standard output. */
  readonly file: string | null;
  /** `consoleUrl`: where people can read this report, when it is a decision of a server; else null. */
  write(report: Report, consoleUrl: string | null): Promise<void>;
}

/** Takes what {@link REPORT_OPTIONS} were given. Rejects when the file's folder takes none: better now than later. */
export async function openReportOutput(input: Input, context: Context): Promise<ReportOutput> {
  const format = (optionValue(input, 'format') ?? 'text') as ReportFormat;
  const { file, write } = await openTextOutput(input, context);
  return {
    format,
    file,
    write: (report, consoleUrl) => {
      const reportUrl = report.scope.kind === 'merge' ? decisionUrl(consoleUrl, report.scope.decisionId) : null;
      const link = reportUrl === null ? {} : { reportUrl };
      return write((color) => RENDERERS[format](report, { color, ...link }), report.verdict);
    },
  };
}

/** Where people can read what a server decided; null when it was judged on this machine, which keeps no records. */
export async function consoleOf(input: Input, services: Pick<Services, 'consoleUrl'>): Promise<string | null> {
  const server = optionValue(input, 'server');
  return server === null ? null : services.consoleUrl({ config: optionValue(input, 'config'), server });
}

export interface TextOutput {
  /** As the user typed it; null for standard output. */
  readonly file: string | null;
  /** Writes what `render` gives; a file is without colours, and standard error is told what is in it. */
  write(render: (color: boolean) => string, what: string): Promise<void>;
}

/** Takes `--output`. Rejects when the file's folder takes none. */
export async function openTextOutput(input: Input, context: Context): Promise<TextOutput> {
  const file = optionValue(input, 'output');
  const path = file === null ? null : await writableFile(file, context);
  return {
    file,
    write: async (render, what) => {
      if (file === null || path === null) {
        context.stdout.write(render(wantsColor(context.stdout, context.env)));
        return;
      }
      await writeFile(path, render(false)).catch((cause) => {
        throw unwritable(file, cause);
      });
      context.stderr.write(`${what}: the report is in ${file}\n`);
    },
  };
}

async function writableFile(path: string, { cwd }: Context): Promise<string> {
  const absolute = resolve(cwd, path);
  await access(dirname(absolute), constants.W_OK).catch((cause) => {
    throw unwritable(path, cause);
  });
  return absolute;
}

function unwritable(path: string, cause: unknown): SluiceError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  return new SluiceError(
    { code: 'output-unwritable', message: `Cannot write ${path} (${reason}).`, hint: 'Give --output another place.' },
    { cause },
  );
}
