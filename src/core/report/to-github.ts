import { escapeText } from './escape-text.ts';
import type { Report } from './report.ts';

/** GitHub shows ten errors and ten warnings of a step; the notice that says how many are left out is one line more. */
const MOST_OF_A_LEVEL = 10;

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly file?: string;
  readonly line?: number;
  readonly title: string;
  readonly message: string;
}

/** Workflow commands of GitHub Actions: annotations at the lines of the contracts, and the verdict as the last one. */
export function toGithub(report: Report): string {
  const all = [...problemAnnotations(report), ...checkAnnotations(report)];
  const errors = all.filter(({ level }) => level === 'error');
  const warnings = all.filter(({ level }) => level === 'warning');
  // The verdict takes one place among the errors unless it is approved.
  const shown = [...errors.slice(0, MOST_OF_A_LEVEL - 1), ...warnings.slice(0, MOST_OF_A_LEVEL)];
  const left = all.length - shown.length;
  const rest: Annotation = { level: 'notice', title: 'Sluice', message: `${left} more findings are not shown here` };
  return [...shown, ...(left > 0 ? [rest] : []), verdict(report)].map(command).join('');
}

function verdict(report: Report): Annotation {
  const level = report.verdict === 'approved' ? 'notice' : 'error';
  const title = `Sluice: ${report.verdict}`;
  return { level, title, message: report.reasons[0] ?? `${report.tables.length} tables checked` };
}

function problemAnnotations(report: Report): readonly Annotation[] {
  return report.problems.map(({ code, message, hint, file, line, level }) => ({
    level: level === 'warning' ? 'warning' : 'error',
    ...(file === undefined ? {} : { file, line: line ?? 1 }),
    title: code,
    message: hint === undefined ? message : `${message} ${hint}`,
  }));
}

function checkAnnotations(report: Report): readonly Annotation[] {
  return report.tables.flatMap((table) =>
    table.checks.flatMap((check): readonly Annotation[] => {
      if (check.outcome === 'pass' || check.outcome === 'skip') return [];
      const said = check.outcome === 'error' ? `could not run: ${check.observed}` : check.observed;
      return [
        {
          level: check.outcome === 'warn' ? 'warning' : 'error',
          file: check.contract.file,
          line: check.contract.line,
          title: `${table.name}: ${check.kind}`,
          message: `${said} (expected: ${check.expected})`,
        },
      ];
    }),
  );
}

function command({ level, file, line, title, message }: Annotation): string {
  const place = file === undefined ? [] : [`file=${property(file)}`, `line=${line ?? 1}`];
  return `::${level} ${[...place, `title=${property(title)}`].join(',')}::${data(message)}\n`;
}

/** Percent first, or our own escapes would be escaped again. */
function data(text: string): string {
  return escapeText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
