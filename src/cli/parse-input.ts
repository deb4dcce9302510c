import { parseArgs } from 'node:util';
import { suggestion } from '../core/contract/nearest-word.ts';
import type { Problem } from '../core/problem.ts';
import type { Command, Input, Option, Positional } from './command.ts';
import { formProblems } from './fit-form.ts';

export type ParsedInput =
  | { readonly kind: 'input'; readonly input: Input }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] };

const HELP: Option = { name: 'help', help: 'Show this help.' };

/**
 * Reads what follows the command's name. Everything wrong is told at once, but for what is only missing or too much
 * because something before it was not understood.
 */
export function parseInput(command: Command, args: readonly string[]): ParsedInput {
  const options = [...command.options, HELP];
  const tokens = tokenize(args, options);
  if (tokens.some((token) => token.kind === 'option' && (token.name === 'help' || token.name === 'h'))) {
    return { kind: 'help' };
  }
  const read = readTokens(tokens, options);
  const incomplete = [
    ...missingOptions(command.options, read.options),
    ...(command.forms === undefined
      ? positionalProblems(command.positional, read.positionals)
      : formProblems(command, command.forms, read)),
  ];
  const problems = read.problems.length > 0 ? read.problems : incomplete;
  return problems.length > 0
    ? { kind: 'wrong', problems }
    : { kind: 'input', input: { options: read.options, positionals: read.positionals } };
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

function tokenize(args: readonly string[], options: readonly Option[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      options.map(({ name, value }) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens;
}

interface ReadTokens extends Input {
  readonly problems: readonly Problem[];
}

function readTokens(tokens: readonly Token[], known: readonly Option[]): ReadTokens {
  const options = new Map<string, string[]>();
  const positionals: string[] = [];
  const problems: Problem[] = [];
  let open: string[] | null = null;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      (open ?? positionals).push(token.value);
      continue;
    }
    open = null;
    if (token.kind === 'option-terminator') continue;
    const option = known.find(({ name }) => name === token.name);
    const problem = option === undefined ? unknownOption(token.rawName, known) : optionProblem(option, token, options);
    if (problem !== null) problems.push(problem);
    if (option === undefined || problem !== null) continue;
    const values = options.get(option.name) ?? [];
    options.set(option.name, values);
    if (token.value !== undefined) values.push(token.value);
    open = option.many === true ? values : null;
  }
  return { options, positionals, problems };
}

function unknownOption(rawName: string, known: readonly Option[]): Problem {
  const names = known.map(({ name }) => `--${name}`);
  return {
    code: 'unknown-option',
    message: `There is no option ${rawName}.`,
    hint: suggestion(rawName, names, 'Options'),
  };
}

type OptionToken = Extract<Token, { kind: 'option' }>;

function optionProblem(option: Option, token: OptionToken, given: ReadonlyMap<string, unknown>): Problem | null {
  const name = `--${option.name}`;
  if (option.value === undefined) {
    return token.value === undefined ? null : { code: 'unexpected-value', message: `${name} takes no value.` };
  }
  if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
    const hint = `Write ${name} ${option.value}, or ${name}=${option.value} when it begins with a dash.`;
    return { code: 'missing-value', message: `${name} needs a value.`, hint };
  }
  if (given.has(option.name) && option.many !== true && option.repeatable !== true) {
    return { code: 'repeated-option', message: `${name} is given twice.`, hint: 'Leave one of them out.' };
  }
  return choiceProblem(name, token.value, option.choices);
}

function choiceProblem(what: string, value: string, choices: readonly string[] | undefined): Problem | null {
  if (choices === undefined || choices.includes(value)) return null;
  const message = value === '' ? `${what} is empty.` : `${what} cannot be \`${value}\`.`;
  return { code: 'unknown-choice', message, hint: suggestion(value, choices, 'Choices') };
}

function missingOptions(options: readonly Option[], given: ReadonlyMap<string, unknown>): readonly Problem[] {
  return options
    .filter(({ name, required }) => required === true && !given.has(name))
    .map(({ name, value = '' }) => ({ code: 'missing-option', message: `--${name} ${value} is required.` }));
}

function positionalProblems(positional: Positional | undefined, values: readonly string[]): readonly Problem[] {
  const most = positional === undefined ? 0 : positional.many === true ? Number.POSITIVE_INFINITY : 1;
  const surplus = values.slice(most);
  if (surplus.length > 0) {
    return [{ code: 'unexpected-argument', message: `\`${surplus[0]}\` is one argument too many.` }];
  }
  if (positional === undefined) return [];
  if (values.length === 0) return [{ code: 'missing-argument', message: `${positional.name} is missing.` }];
  return values
    .map((value) => choiceProblem(positional.name, value, positional.choices))
    .filter((problem) => problem !== null);
}
