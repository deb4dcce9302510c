import type { HookEventType } from '../event/hook-event.ts';
import type { ReportScope } from './report.ts';
import { shortId } from './text/numbers.ts';

type Delivered = Extract<ReportScope, { kind: 'merge' }>;

/** What the report is about, for titles: `main <- etl/x`, `commit on main`, `tag v1.2`. */
export function subjectWords(scope: ReportScope): string {
  if (scope.kind === 'local') return scope.data;
  const { event } = scope;
  // Reports of the first version do not tell; they are about merges.
  if (event === undefined || event === 'pre-merge') return mergeWords(scope);
  const kind = event.replace(/^(?:pre|post|prepare)-/, '');
  const words = isKnown(kind) ? WORDS[kind](scope) : `${event} on ${scope.destination}`;
  return event.startsWith('post-') ? `${words} (done)` : words;
}

/** True when the report is about a merge, judged before it is there. */
export function isMerge({ event }: Delivered): boolean {
  return event === undefined || event === 'pre-merge';
}

function mergeWords({ destination, source, repository }: Delivered): string {
  const sides = [destination, shortId(source)].filter((side) => side !== '');
  return sides.length === 0 ? repository : sides.join(' <- ');
}

type Kind = HookEventType extends infer E ? (E extends `${'pre' | 'post'}-${infer K}` ? K : never) : never;

const WORDS: Readonly<Record<Kind, (scope: Delivered) => string>> = {
  commit: ({ destination }) => `commit on ${destination}`,
  merge: mergeWords,
  'create-branch': ({ destination }) => `branch ${destination}`,
  'delete-branch': ({ destination }) => `deletion of branch ${destination}`,
  'create-tag': ({ source }) => `tag ${source}`,
  'delete-tag': ({ source }) => `deletion of tag ${source}`,
  revert: ({ source, destination }) => `revert of ${shortId(source)} on ${destination}`,
  'cherry-pick': ({ source, destination }) => `cherry-pick of ${shortId(source)} onto ${destination}`,
};

function isKnown(kind: string): kind is Kind {
  return Object.hasOwn(WORDS, kind);
}
