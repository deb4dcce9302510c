import type { Report } from './report.ts';
import { toGithub } from './to-github.ts';
import { toHtml } from './to-html.ts';
import { toJson } from './to-json.ts';
import { toJunit } from './to-junit.ts';
import { toMarkdown } from './to-markdown.ts';
import { toSarif } from './to-sarif.ts';
import { type TextOptions, toText } from './to-text.ts';

export const REPORT_FORMATS = ['text', 'json', 'markdown', 'html', 'junit', 'sarif', 'github'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Every format is a pure function of the one report; a new name does not compile without its renderer. */
export const RENDERERS: Readonly<Record<ReportFormat, (report: Report, options?: TextOptions) => string>> = {
  text: toText,
  json: toJson,
  markdown: (report, { reportUrl } = {}) => toMarkdown(report, reportUrl === undefined ? {} : { reportUrl }),
  html: toHtml,
  junit: toJunit,
  sarif: toSarif,
  github: toGithub,
};
