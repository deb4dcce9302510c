/** A place in a text file; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something a person has to mend: in a contract, in the configuration, in a payload or in what a server answered.
 * `message` says what is wrong and stands alone; `hint` says what to do. Neither ever holds a secret or a row value.
 */
export interface Problem {
  /** Stable kebab-case code, listed in docs/error-codes.md. */
  readonly code: string;
  readonly message: string;
  /** A `warning` is shown and stops nothing; everything else is an error. */
  readonly level?: 'error' | 'warning';
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

/** Puts a location and a problem together. */
export function problemAt(at: SourceLocation, problem: Omit<Problem, 'file' | 'line' | 'column'>): Problem {
  return { ...problem, file: at.file, line: at.line, column: at.column };
}

/** One line for people: `file:line:column: error[code]: message`, the hint on a line of its own. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const head = `${problem.level ?? 'error'}[${problem.code}]: ${problem.message}`;
  const hint = problem.hint === undefined ? '' : `\n  help: ${problem.hint}`;
  return `${place === '' ? '' : `${place}: `}${head}${hint}`;
}

/** True when the list holds something that is more than a warning. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.level !== 'warning');
}

/**
 * Breakage with a stable code, as opposed to bad data, which is a value. Whoever catches one decides `undecided`,
 * never `approved`.
 */
export class SluiceError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { readonly cause?: unknown }) {
    super(problem.message, options);
    this.name = 'SluiceError';
    this.problem = problem;
  }
}
