import type { DiffDetail } from './diff-lines.ts';

/** How much of the report is shown; see {@link LADDER}. */
export interface Detail {
  /** Of each table's diff. */
  readonly diff: DiffDetail;
  /** Passed checks by kind, or only how many. */
  readonly passedByKind: boolean;
  /** Worst objects named with a check. */
  readonly objects: number;
  /** Paths named outside checks: objects that no diff shows, objects under no contract. */
  readonly paths: number;
  /** Warned checks shown with their details; the others by their first line. */
  readonly warnings: number;
  /** Warned checks shown by their first line at least. */
  readonly warningLines: boolean;
  /** Tables without a finding that get a bar of their own; when there are more, each is one line. */
  readonly cleanTables: number;
  /** Failed checks and those that could not run, shown with their details. */
  readonly findings: number;
  /** Lines of changed rules, of all files together. */
  readonly ruleLines: number;
  /** Characters of one field's text. */
  readonly text: number;
}

export interface Step {
  readonly detail: Detail;
  /** What is not shown that the first step shows. */
  readonly leavesOut: readonly string[];
}

const FULL: Detail = {
  diff: { columns: 12, samples: 5, shifts: 8, values: true },
  passedByKind: true,
  objects: 3,
  paths: 5,
  warnings: 10,
  warningLines: true,
  cleanTables: 4,
  findings: 10,
  ruleLines: 120,
  text: 600,
};

const START: Step = { detail: FULL, leavesOut: [] };

const DIFF_PROFILE = 'shifts of profiles';
const DIFF_ROWS = 'rows and most columns that changed';
const DIFF_COLUMNS = 'changed columns';

const LESS: readonly { readonly less: Partial<Detail>; readonly leavesOut: string }[] = [
  { less: { passedByKind: false, cleanTables: 0 }, leavesOut: 'the kinds of passed checks' },
  { less: { diff: { ...FULL.diff, shifts: 0 } }, leavesOut: DIFF_PROFILE },
  { less: { diff: { ...FULL.diff, shifts: 0, columns: 3, samples: 0 } }, leavesOut: DIFF_ROWS },
  { less: { objects: 0, paths: 1 }, leavesOut: 'the objects with the most failing rows' },
  { less: { ruleLines: 20 }, leavesOut: 'most lines of changed rules' },
  { less: { warnings: 0 }, leavesOut: 'details of warnings' },
  { less: { warningLines: false }, leavesOut: 'warnings' },
  { less: { ruleLines: 0 }, leavesOut: 'all lines of changed rules' },
  { less: { diff: { ...FULL.diff, shifts: 0, columns: 0, samples: 0 } }, leavesOut: DIFF_COLUMNS },
  { less: { findings: 3, text: 200 }, leavesOut: 'details of all but three failed checks' },
  { less: { findings: 0 }, leavesOut: 'details of failed checks' },
];

/** Tried in order until the text fits. Verdict, scope and the first line of every failed check are never dropped. */
export const LADDER: readonly Step[] = LESS.reduce(
  (steps, { less, leavesOut }) => {
    const last = steps.at(-1) ?? START;
    return steps.concat({ detail: { ...last.detail, ...less }, leavesOut: last.leavesOut.concat(leavesOut) });
  },
  [START],
);

/** Steps' words that say nothing where no table has a diff. */
export const ABOUT_DIFFS: ReadonlySet<string> = new Set([DIFF_PROFILE, DIFF_ROWS, DIFF_COLUMNS]);

export const SHORTEST: Step = LADDER.at(-1) ?? START;
