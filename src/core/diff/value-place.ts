import type { ProfiledColumn } from './profile-plan.ts';

/** The place of a value on a line: itself, or milliseconds since 1970 for dates and times; NaN where it has none. */
export function placeOf({ type }: Pick<ProfiledColumn, 'type'>, text: string): number {
  if (!['date', 'timestamp', 'timestamptz'].includes(type.family)) return Number(text);
  const iso = text.includes(' ') ? text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00') : text;
  return Date.parse(/[T]/.test(iso) && !/[+-]\d\d:\d\d$/.test(iso) ? `${iso}Z` : iso);
}
