import { type Problem, SluiceError } from '../core/problem.ts';

/** All problems of a configuration as one error, which commands show one by one. */
export function invalidConfig(problems: readonly Problem[]): SluiceError {
  const errors = problems.map((problem) => new SluiceError(problem));
  const [first] = errors;
  if (first === undefined) throw new TypeError('an invalid configuration has a problem');
  return new SluiceError(first.problem, { cause: new AggregateError(errors) });
}
