/** Names and patterns that mean ISO 8601 itself. */
const ISO = ['date', 'date-time', 'time', "yyyy-MM-dd'T'HH:mm:ssXXX"];

/**
 * True for a `logicalTypeOptions.format` of dates and times that text can be read by: the JDK letters `yyyy` (or
 * `uuuu`), `MM`, `dd`, `HH`, `mm`, `ss`, `SSS`, `SSSSSS`, each at most once, quoted text, and signs.
 */
export function isReadableDateFormat(format: string): boolean {
  if (ISO.includes(format)) return true;
  const letters = format.replace(/'[^']*'/g, ' ').match(/([A-Za-z])\1*/g) ?? [];
  const known = letters.every((run) => /^(yyyy|uuuu|MM|dd|HH|mm|ss|SSS|SSSSSS)$/.test(run));
  return known && letters.length > 0 && new Set(letters).size === letters.length && !/^[^']*'[^']*$/.test(format);
}
