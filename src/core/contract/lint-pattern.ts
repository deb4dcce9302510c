import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import { findPatternFault, isAnchored } from './re2-pattern.ts';

/** A regular expression that RE2 cannot run is an error; one that matches anywhere in a value is a warning. */
export function lintPattern(pattern: string, at: SourceLocation): readonly Problem[] {
  const fault = findPatternFault(pattern);
  if (fault !== null) {
    const message = `This regular expression has ${fault.what} at character ${fault.offset + 1}, which RE2 cannot run.`;
    return [problemAt(at, { code: 'pattern-unsupported', message, hint: fault.hint })];
  }
  if (isAnchored(pattern)) return [];
  const message = `The pattern ${shown(pattern)} is not anchored: it passes every value that holds a match anywhere.`;
  const hint = `Write \`^${pattern.includes('|') ? `(${pattern})` : pattern}$\`, or \`^.*\` and \`.*$\` around it.`;
  return [problemAt(at, { code: 'pattern-not-anchored', level: 'warning', message, hint })];
}

function shown(pattern: string): string {
  return pattern.length > 40 ? `${pattern.slice(0, 40)}...` : pattern;
}
