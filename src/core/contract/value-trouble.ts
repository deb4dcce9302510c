import type { ErrorObject } from 'ajv';
import type { Problem } from '../problem.ts';
import type { YamlNode } from './contract.ts';
import { suggestion } from './nearest-word.ts';
import { plainValue } from './yaml-node.ts';

/** A problem before it has its place. */
export type Trouble = Omit<Problem, 'file' | 'line' | 'column'>;

/** What is wrong with a value, in plain words. */
export function valueTrouble(error: ErrorObject, node: YamlNode): Trouble {
  const key = error.instancePath.split('/').findLast((step) => !/^\d*$/.test(step)) ?? 'contract';
  const shown = shownValue(node);
  switch (error.keyword) {
    case 'type':
      return typeProblem(key, wantedTypes(error), node);
    case 'enum':
      return unknownValue(key, shown, node, asTexts(error.params['allowedValues']));
    case 'const': {
      const message = `\`${key}\` must be ${String(error.params['allowedValue'])} here, not ${shown}.`;
      return { code: 'value-invalid', message, hint: 'Change the type, or remove what only the other type has.' };
    }
    case 'pattern':
      return {
        code: 'value-invalid',
        message: `\`${key}\` cannot be ${shown}.`,
        hint: 'Use letters, digits, `_` and `-`.',
      };
    default:
      return {
        code: 'value-invalid',
        message: `\`${key}\` must ${limitWords(error)}, not ${shown}.`,
        hint: VALUE_HINT,
      };
  }
}

/** The keywords of our schema that set a limit; lists of two are the ranges of `mustBeBetween`. */
function limitWords({ keyword, params }: ErrorObject): string {
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'minLength':
      return limit === 1 ? 'hold a text' : `hold ${limit} characters`;
    case 'maxLength':
      return `be ${limit === 1 ? 'one character' : `at most ${limit} characters`}`;
    case 'minItems':
    case 'maxItems':
      return limit === 2 ? 'be a list of two numbers' : 'list at least one';
    case 'exclusiveMinimum':
      return `be greater than ${limit}`;
    default:
      return `be ${limit} or more`;
  }
}

const VALUE_HINT = 'See docs/contract-reference.md for what this key takes.';

/** JSON types a `type` error asks for. */
export function wantedTypes(error: ErrorObject): readonly string[] {
  return asTexts(error.keyword === 'type' ? error.params['type'] : []);
}

function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function typeProblem(key: string, types: readonly string[], node: YamlNode): Trouble {
  const wanted = types.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
  const message = `\`${key}\` must be ${wanted}, not ${shownValue(node)}.`;
  const value = plainValue(node);
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return { code: 'type-wrong', message, hint: `Quote it: \`${key}: "${shownValue(node)}"\`.` };
  }
  if (typeof value === 'string' && /^[-+.\d]+$/.test(value) && types.some((type) => /number|integer/.test(type))) {
    return { code: 'type-wrong', message, hint: 'Remove the quotes.' };
  }
  if (typeof value === 'string' && types.includes('boolean')) {
    return { code: 'type-wrong', message, hint: 'YAML 1.2 has `true` and `false`; `yes` and `no` are texts.' };
  }
  return { code: 'type-wrong', message, hint: VALUE_HINT };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};

function shownValue(node: YamlNode): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return 'a mapping';
  const value = plainValue(node);
  if (typeof value !== 'string') return node.value.type === 'number' ? node.value.text : String(value);
  return `"${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`;
}

function unknownValue(key: string, shown: string, node: YamlNode, allowed: readonly string[]): Trouble {
  const word = node.kind === 'scalar' && node.value.type === 'text' ? node.value.text : '';
  const hint = suggestion(word, allowed, 'Allowed');
  switch (key) {
    case 'metric':
      return { code: 'metric-unknown', message: `There is no metric ${shown} in the standard's library.`, hint };
    case 'dimension':
      return { code: 'dimension-unknown', message: `There is no dimension ${shown} in the standard.`, hint };
    case 'apiVersion': {
      const message = `The version ${shown} of the standard is not supported.`;
      return { code: 'api-version-unsupported', message, hint: `Sluice reads ${allowed.join(', ')}.` };
    }
    default:
      return { code: 'value-unknown', message: `\`${key}\` cannot be ${shown}.`, hint };
  }
}
