import { listed } from '../core/check/words.ts';
import type { Problem } from '../core/problem.ts';
import type { Command, Form, Input } from './command.ts';

/** What keeps the call from fitting one of the command's forms; the last problem shows how it is called. */
export function formProblems(command: Command, forms: readonly Form[], given: Input): readonly Problem[] {
  const form = meantForm(forms, given);
  if (form === undefined) return [];
  const problems = [
    ...argumentProblems(form, given.positionals),
    ...strayOptions(command, form, given),
    ...form.needs.filter((name) => !given.options.has(name)).map((name) => missing(optionWords(command, name))),
  ];
  const hint = waysToCall(command, forms);
  return problems.map((problem, index) => (index === problems.length - 1 ? { ...problem, hint } : problem));
}

/** The form that most of what was typed belongs to. */
function meantForm(forms: readonly Form[], { options, positionals }: Input): Form | undefined {
  const likeness = (form: Form) =>
    (form.positionals.length > 0 ? positionals.length : 0) +
    [...form.only, ...form.needs].filter((name) => options.has(name)).length;
  return [...forms].sort((left, right) => likeness(right) - likeness(left))[0];
}

function argumentProblems({ positionals }: Form, values: readonly string[]): readonly Problem[] {
  const surplus = values[positionals.length];
  if (surplus !== undefined) {
    return [{ code: 'unexpected-argument', message: `\`${surplus}\` is one argument too many.` }];
  }
  const left = positionals.slice(values.length);
  if (left.length > 0) {
    const message = `${listed(left)} ${left.length === 1 ? 'is' : 'are'} missing.`;
    return [{ code: 'missing-argument', message }];
  }
  const empty = positionals.filter((_name, index) => values[index] === '');
  return empty.map((name) => ({ code: 'missing-argument', message: `${name} is empty.` }));
}

function strayOptions({ name: what, forms = [] }: Command, form: Form, { options }: Input): readonly Problem[] {
  return forms
    .filter((other) => other !== form)
    .flatMap((other) => other.only)
    .filter((name) => options.has(name))
    .map((name) => ({
      code: 'option-misplaced',
      message: `--${name} does not go with a ${what} of ${form.about}.`,
    }));
}

function missing(words: string): Problem {
  return { code: 'missing-option', message: `${words} is required.` };
}

function waysToCall(command: Command, forms: readonly Form[]): string {
  const ways = forms.map((form) => {
    const words = [command.name, ...form.positionals, ...form.needs.map((name) => optionWords(command, name))];
    return `\`${words.join(' ')}\`${forms.length === 1 ? '' : ` for ${form.about}`}`;
  });
  return `Write ${ways.join(', or ')}.`;
}

function optionWords({ options }: Command, name: string): string {
  const value = options.find((option) => option.name === name)?.value;
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
}
