import { SluiceError } from '../core/problem.ts';

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * A date (midnight UTC) or a time with its zone, in milliseconds since 1970. A time without a zone means another moment
 * on every machine and is refused.
 *
 * @throws SluiceError `time-invalid`
 */
export function parseTime(text: string): number {
  const [, year, month, day] = SHAPE.exec(text) ?? [];
  const time = Date.parse(text);
  const dayExists = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (day === undefined || Number.isNaN(time) || !dayExists) {
    throw new SluiceError({
      code: 'time-invalid',
      message: `\`${text}\` is no time.`,
      hint: 'Write it as 2026-08-22 or 2026-08-22T10:00:00Z.',
    });
  }
  return time;
}
