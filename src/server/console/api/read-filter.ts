import { parseTime } from '../../../config/parse-time.ts';
import { suggestion } from '../../../core/contract/nearest-word.ts';
import { HOOK_EVENTS } from '../../../core/event/hook-event.ts';
import { SluiceError } from '../../../core/problem.ts';
import { DECISION_STATES, type DecisionFilter, type DecisionOrigin } from '../../../gate/record-ports.ts';

export const ORIGINS = ['hook', 'check'] as const satisfies readonly DecisionOrigin[];
export const FILTER_NAMES = [
  'repository',
  'branch',
  'state',
  'event',
  'origin',
  'mergeCommit',
  'since',
  'until',
  'before',
  'limit',
] as const;

/** Decisions of one page: so many when nobody says, and so many at most. */
export const PAGE = { usual: 50, largest: 500 } as const;

/**
 * The filter that a query asks for.
 *
 * @throws SluiceError `parameter-invalid`, `time-invalid`, `limit-invalid`
 */
export function readFilter(query: ReadonlyMap<string, string>): DecisionFilter {
  const words = (['repository', 'branch', 'before'] as const).flatMap((name) => given(query, name, plain));
  const chosen = [
    ...given(query, 'state', (text) => oneOf('state', text, DECISION_STATES)),
    ...given(query, 'event', (text) => oneOf('event', text, HOOK_EVENTS)),
    ...given(query, 'origin', (text) => oneOf('origin', text, ORIGINS)),
    ...given(query, 'mergeCommit', wholeCommit),
    ...given(query, 'since', isoTime),
    ...given(query, 'until', isoTime),
  ];
  return { ...Object.fromEntries([...words, ...chosen]), limit: readLimit(query.get('limit')) };
}

/**
 * The word, if it is one of the known.
 *
 * @throws SluiceError `parameter-invalid`, with the nearest known word
 */
export function oneOf<Word extends string>(name: string, text: string, known: readonly Word[]): Word {
  const found = known.find((word) => word === text);
  if (found !== undefined) return found;
  throw invalid(`\`${name}\` cannot be \`${text.slice(0, 40)}\`.`, suggestion(text, known));
}

function given<Name extends string, T>(
  query: ReadonlyMap<string, string>,
  name: Name,
  read: (text: string) => T,
): readonly (readonly [Name, T])[] {
  const text = query.get(name);
  return text === undefined ? [] : [[name, read(text)]];
}

function plain(text: string): string {
  if (text !== '') return text;
  throw invalid('A query parameter is empty.', 'Leave it out to see all.');
}

function wholeCommit(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw invalid('`mergeCommit` is no commit id.', 'Give all of its 64 hexadecimal digits, in lower case.');
}

function isoTime(text: string): string {
  return new Date(parseTime(text)).toISOString();
}

function readLimit(text = String(PAGE.usual)): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE.largest) return limit;
  const message = `\`limit\` cannot be \`${text.slice(0, 40)}\`.`;
  throw new SluiceError({ code: 'limit-invalid', message, hint: `Give 1 to ${PAGE.largest}.` });
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'parameter-invalid', message, hint });
}
