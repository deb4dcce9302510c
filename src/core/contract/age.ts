const SECONDS: readonly (readonly [number, readonly string[]])[] = [
  [1, ['s', 'sec', 'secs', 'second', 'seconds']],
  [60, ['m', 'min', 'mins', 'minute', 'minutes']],
  [3600, ['h', 'hr', 'hrs', 'hour', 'hours']],
  [86_400, ['d', 'day', 'days']],
  [604_800, ['w', 'week', 'weeks']],
  [2_629_746, ['mo', 'month', 'months']],
  [31_556_952, ['y', 'yr', 'year', 'years']],
];

/** Every unit word understood, for suggestions. */
export const AGE_UNITS: readonly string[] = SECONDS.flatMap(([, words]) => words);

/** Length of a time span in seconds (a month is 1/12 of the mean Gregorian year); null for an unknown unit or number. */
export function ageInSeconds(amount: string, unit: string): number | null {
  const size = SECONDS.find(([, words]) => words.includes(unit.toLowerCase()))?.[0];
  const number = Number(amount);
  return size === undefined || amount.trim() === '' || !Number.isFinite(number) || number < 0 ? null : number * size;
}
