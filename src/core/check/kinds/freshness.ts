import type { CheckKind, SpecOf } from '../check.ts';
import { notRun, wrongType } from '../judging.ts';

/** The newest value of a column is at most so old, measured from the merge commit's date (UTC where no zone is stored). */
export const freshness: CheckKind<SpecOf<'freshness'>> = {
  kind: 'freshness',
  compile: (spec, context) => {
    const name = spec.columns[0] ?? '';
    const column = context.column(name);
    if (column === undefined) return { form: 'impossible', why: context.whyNot(name) };
    const { family } = column.type;
    if (family !== 'date' && family !== 'timestamp' && family !== 'timestamptz') {
      return { form: 'impossible', why: wrongType(spec, column, 'a date or a timestamp') };
    }
    return { form: 'newest', column: column.expression };
  },
  judge: (spec, state, { now }) => {
    if (state.form === 'failed') return notRun(state.why, state.help);
    if (state.form !== 'aggregate') return notRun('the engine gave no newest value');
    if (state.value === null) {
      return notRun(
        `${spec.columns[0] ?? 'the column'} has no value to judge by`,
        'freshness needs at least one row with a value',
      );
    }
    const ageSeconds = (now - Number(state.value)) / 1000;
    return {
      outcome: ageSeconds <= spec.maxAgeSeconds ? 'pass' : 'fail',
      failing: null,
      evaluated: null,
      observed:
        ageSeconds < 0
          ? `newest value lies ${ageWords(-ageSeconds)} in the future`
          : `newest value is ${ageWords(ageSeconds)} old`,
      help:
        ageSeconds <= spec.maxAgeSeconds
          ? null
          : 'load newer data, or ask whether the pipeline that writes it still runs',
    };
  },
};

/** `3 d 4 h`, `12 min`, for people. */
export function ageWords(seconds: number): string {
  const units: (readonly [number, string])[] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const start = units.findIndex(([size]) => seconds >= size);
  if (start < 0) return '0 s';
  const [size, name] = units[start] ?? [1, 's'];
  const whole = Math.floor(seconds / size);
  const next = units[start + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds - whole * size) / next[0]);
  return rest === 0 || next === undefined ? `${whole} ${name}` : `${whole} ${name} ${rest} ${next[1]}`;
}
