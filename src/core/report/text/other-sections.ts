import { plural } from '../../check/words.ts';
import type { Problem } from '../../problem.ts';
import type { Report } from '../report.ts';
import { clip, labelled } from './check-block.ts';
import type { Detail } from './detail.ts';
import { cutEnd } from './display-width.ts';
import { looksAtData } from './head.ts';
import { BLANK, field, type Line, paragraph, plain } from './line.ts';
import { bar } from './table-section.ts';

const PROBLEMS_SHOWN = 20;

/** What a person has to mend before anything can be told: mostly typing errors in contracts. */
export function problemSection(report: Report, detail: Detail, width: number): readonly Line[] {
  if (report.problems.length === 0) return [];
  const ordered = [...report.problems].sort((left, right) => rank(left) - rank(right));
  const more = ordered.length - PROBLEMS_SHOWN;
  return [
    bar('problems', '', width),
    ...ordered.slice(0, PROBLEMS_SHOWN).flatMap((problem) => [BLANK, ...problemBlock(problem, detail, width)]),
    ...(more > 0 ? [BLANK, plain(`  … ${plural(more, 'more problem')}`)] : []),
    BLANK,
  ];
}

function rank(problem: Problem): number {
  return problem.level === 'warning' ? 1 : 0;
}

function problemBlock(problem: Problem, detail: Detail, width: number): readonly Line[] {
  const level = problem.level ?? 'error';
  const label = { text: `${level}[${problem.code}]`, style: level === 'error' ? 'bad' : 'caution' } as const;
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const page = { width, indent: 4 };
  return [
    ...labelled(label, clip(problem.message, detail.text), width),
    ...(place === '' ? [] : field('at', place, page)),
    ...(problem.hint === undefined ? [] : field('help', clip(problem.hint, detail.text), page)),
  ];
}

/** Changed objects that nobody promised anything about. */
export function uncoveredSection({ uncovered }: Report, detail: Detail, width: number): readonly Line[] {
  if (uncovered.count === 0) return [];
  const shown = uncovered.paths.slice(0, detail.paths);
  const more = uncovered.count - shown.length;
  return [
    bar('under no contract', '', width),
    BLANK,
    ...paragraph(`${plural(uncovered.count, 'changed object')} in no table that a contract governs`, 2, width),
    ...shown.flatMap((path) => paragraph(path, 4, width)),
    ...(more > 0 ? [plain(`    … ${plural(more, 'more object')}`)] : []),
    BLANK,
  ];
}

const REASONS_SHOWN = 5;
const REASONS_IN_SIGHT = 3;

/**
 * Why, once more: logs are read from both ends. Not where the few reasons there are stand just above.
 *
 * @param shown how many checks, problems and other sections the report shows that a reason may be about
 */
export function reasonLines({ reasons }: Report, shown: number, width: number): readonly Line[] {
  if (reasons.length <= Math.min(shown, REASONS_IN_SIGHT)) return [];
  const more = reasons.length - REASONS_SHOWN;
  return [
    ...reasons.slice(0, REASONS_SHOWN).map((reason) => plain(cutEnd(`- ${reason}`, width))),
    ...(more > 0 ? [plain(`- … ${plural(more, 'more reason')}`)] : []),
    BLANK,
  ];
}

/** The whole sentence for a report without a table. */
export function emptySection(report: Report, width: number): readonly Line[] {
  if (report.problems.length > 0 || report.verdict !== 'approved' || !looksAtData(report.scope)) return [];
  const sentence =
    report.scope.kind === 'local'
      ? 'Nothing to check: no contract given here governs a table of this data.'
      : 'Nothing under contract changed: this merge touches no table that a contract governs.';
  return [...paragraph(sentence, 2, width), BLANK];
}
