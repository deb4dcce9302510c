/** lakeFS keeps every answer for good, in memory while it writes its log. */
const MOST_BYTES = 32 * 1024;

const CUT = '\n... cut: the whole report is in the records (sluice report).\n';

/**
 * A text as lakeFS's log shows it best: after an empty line, so that it does not stick to the headers, ending with a
 * newline, so that `Error:` does not stick to it, at most 32 KiB of UTF-8.
 */
export function boundedBody(text: string): string {
  const whole = `\n${text.replace(/^\n+/, '').replace(/\n*$/, '\n')}`;
  const bytes = Buffer.from(whole);
  if (bytes.length <= MOST_BYTES) return whole;
  const kept = bytes.subarray(0, MOST_BYTES - CUT.length).toString('utf8');
  // A character that was cut through comes back as U+FFFD of three bytes, which might not fit.
  return `${kept.replace(/\uFFFD+$/, '')}${CUT}`;
}
