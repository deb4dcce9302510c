import type { Report } from './report.ts';

/** The report as it is: two spaces, a newline at the end. This text is what is stored, and its bytes are the record. */
export function toJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
