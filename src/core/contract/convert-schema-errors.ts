import type { ErrorObject } from 'ajv';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import { LOGICAL_TYPE_OPTIONS, OPERATORS, type YamlNode } from './contract.ts';
import type { ShapeFault } from './drop-misshapen.ts';
import { nearestWord, suggestion } from './nearest-word.ts';
import { valueTrouble, wantedTypes } from './value-trouble.ts';
import { nodeAt, textOf } from './yaml-node.ts';

/** Nobody mends more at once. */
const MOST_PROBLEMS = 100;

/**
 * One problem for each thing that is wrong, at the key or value a person has to change. A JSON Schema validator tells
 * a wrong key several times over (the closed object, the condition around it, the name list of the condition); the
 * most precise of them is kept.
 */
export function convertSchemaErrors(root: YamlNode, errors: readonly ErrorObject[]): readonly ShapeProblem[] {
  const found = new Map<string, Found>();
  for (const error of errors.filter(isTold)) {
    const next = toFound(root, error);
    const known = found.get(next.subject);
    if (known === undefined || next.precision > known.precision) found.set(next.subject, next);
  }
  const all = [...found.values()];
  return all.filter((one) => !isMisspelt(one, all)).slice(0, MOST_PROBLEMS);
}

/** A key that is missing only because it is misspelt is told once, as the unknown key. */
function isMisspelt({ fault, problem }: Found, all: readonly Found[]): boolean {
  if (problem.code !== 'key-missing' || fault.key === undefined) return false;
  const wanted = fault.key;
  return all.some(
    (other) =>
      other.problem.code === 'key-unknown' &&
      other.fault.pointer === fault.pointer &&
      nearestWord(other.fault.key ?? '', [wanted]) !== null,
  );
}

/** A problem of shape, and the place in the tree it is about. */
export interface ShapeProblem {
  readonly problem: Problem;
  readonly fault: ShapeFault;
}

interface Found extends ShapeProblem {
  /** What is wrong, so that two errors about the same thing meet. */
  readonly subject: string;
  readonly precision: number;
}

/** `if` only repeats its branch; alternatives and name lists are told by the keyword around them. */
function isTold(error: ErrorObject): boolean {
  if (error.keyword === 'if' || error.propertyName !== undefined) return false;
  return !/\/\$defs\/(OneOperator|NoOperator)\/(oneOf|not)\/./.test(error.schemaPath);
}

function toFound(root: YamlNode, error: ErrorObject): Found {
  const { instancePath, keyword, params } = error;
  const node = nodeAt(root, instancePath);
  if (keyword === 'additionalProperties' || keyword === 'propertyNames') {
    const key = String(params['additionalProperty'] ?? params['propertyName']);
    const allowed = allowedKeys(error);
    const at = entryPlace(node, key);
    // The shortest list belongs to the narrowest condition.
    return {
      subject: `${instancePath}#${key}`,
      precision: -allowed.length,
      problem: unknownKey(root, error, key, at),
      fault: { pointer: instancePath, key },
    };
  }
  if (keyword === 'required') {
    const key = String(params['missingProperty']);
    return {
      subject: `${instancePath}+${key}`,
      precision: 0,
      problem: missingKey(instancePath, key, node.at),
      fault: { pointer: instancePath, key },
    };
  }
  const fault = { pointer: instancePath };
  if (keyword === 'oneOf' || keyword === 'not') {
    return { subject: `${instancePath}!operator`, precision: 0, problem: operatorProblem(error, node), fault };
  }
  const precision = keyword === 'type' ? 100 - wantedTypes(error).length : 0;
  return { subject: instancePath, precision, problem: problemAt(node.at, valueTrouble(error, node)), fault };
}

function entryPlace(node: YamlNode, key: string): SourceLocation {
  const entry = node.kind === 'map' ? node.entries.find((one) => one.key === key) : undefined;
  return entry?.keyAt ?? node.at;
}

function allowedKeys(error: ErrorObject): readonly string[] {
  const schema: unknown = error.keyword === 'propertyNames' ? error.schema : error.parentSchema?.['properties'];
  if (typeof schema !== 'object' || schema === null) return [];
  const names: unknown = 'enum' in schema && Array.isArray(schema.enum) ? schema.enum : Object.keys(schema);
  return Array.isArray(names) ? names.map(String) : [];
}

function unknownKey(root: YamlNode, error: ErrorObject, key: string, at: SourceLocation): Problem {
  const allowed = allowedKeys(error);
  if (error.instancePath.endsWith('/logicalTypeOptions') && LOGICAL_TYPE_OPTIONS.some((option) => option === key)) {
    const property = nodeAt(root, error.instancePath.replace(/\/logicalTypeOptions$/, ''));
    const type = textOf(property, 'logicalType') ?? '';
    const message = `The option \`${key}\` does not fit the logical type ${type}.`;
    const list = allowed.join(', ');
    const hint = allowed[0] === 'none' ? `${type} has no options.` : `${type} has ${list}.`;
    return problemAt(at, { code: 'option-not-for-type', message, hint });
  }
  const message = `\`${key}\` is not known ${placeWords(error.instancePath)}.`;
  if (error.instancePath.endsWith('/arguments')) {
    return problemAt(at, { code: 'argument-unknown', message, hint: suggestion(key, allowed) });
  }
  const misplaced = nearestWord(key, allowed) === null && key.startsWith('x-');
  const hint = misplaced
    ? 'The standard is closed: put what it does not know under `customProperties`.'
    : suggestion(key, allowed);
  const open = isOpen(root, error.instancePath);
  return problemAt(at, { code: 'key-unknown', ...(open ? { level: 'warning' } : {}), message, hint });
}

/** Version 3.0 left some parts open; those that Sluice does not run may hold anything there. */
function isOpen(root: YamlNode, pointer: string): boolean {
  if (!(textOf(root, 'apiVersion') ?? '').startsWith('v3.0.')) return false;
  if (/\/authoritativeDefinitions\/\d+$/.test(pointer)) return true;
  const server = /^\/servers\/\d+/.exec(pointer);
  if (server !== null) return textOf(nodeAt(root, server[0]), 'type') !== 's3';
  return /^\/(support|price|team|roles)(\/|$)/.test(pointer);
}

function missingKey(pointer: string, key: string, at: SourceLocation): Problem {
  const message = `\`${key}\` is missing ${placeWords(pointer)}.`;
  return problemAt(at, { code: 'key-missing', message, hint: MISSING_HINTS[key] ?? `Add \`${key}: ...\`.` });
}

const MISSING_HINTS: Readonly<Record<string, string>> = {
  apiVersion: 'Add `apiVersion: v3.1.0`, the version of the standard.',
  kind: 'Add `kind: DataContract`.',
  id: 'Add `id: ...`, a name or UUID that no other contract has.',
  version: 'Add `version: 1.0.0`, the version of this contract.',
  map: 'Say what keys and values are: `map: {key: {logicalType: string}, value: {...}}`.',
};

/** `in this quality rule`, from the last named step of the pointer. */
function placeWords(pointer: string): string {
  const steps = pointer.split('/').filter((step) => !/^\d*$/.test(step));
  const last = steps.at(-1);
  if (last === undefined) return 'in a contract';
  return `in ${PLACES[last] ?? `\`${last}\``}`;
}

const PLACES: Readonly<Record<string, string>> = {
  schema: 'this table',
  properties: 'this property',
  items: 'these items',
  quality: 'this quality rule',
  servers: 'this server',
  slaProperties: 'this service level',
  relationships: 'this relationship',
  customProperties: 'this custom property',
  value: 'this block',
  implementation: 'this sluice check',
  roles: 'this role',
  members: 'this team member',
  team: 'the team',
  support: 'this support channel',
};

function operatorProblem(error: ErrorObject, node: YamlNode): Problem {
  const given = node.kind === 'map' ? node.entries.filter(({ key }) => OPERATORS.some((one) => one === key)) : [];
  const names = given.map(({ key }) => `\`${key}\``).join(' and ');
  const at = given.at(-1)?.keyAt ?? node.at;
  if (error.keyword === 'not') {
    const type = textOf(node, 'type') ?? '';
    const message = `${names} cannot stand in a rule of type ${type}.`;
    const hint =
      type === 'custom'
        ? 'Put the operator inside `implementation` (engine sluice), or remove it.'
        : 'Remove it; a `text` rule is never run.';
    return problemAt(at, { code: 'operator-not-allowed', message, hint });
  }
  if (given.length > 1) {
    const message = `A rule has one operator; this one has ${names}.`;
    return problemAt(at, { code: 'operator-several', message, hint: 'Write two rules, or use `mustBeBetween`.' });
  }
  const message = 'This rule has no operator, so nothing could ever break it.';
  return problemAt(at, { code: 'operator-missing', message, hint: `Add one of ${OPERATORS.join(', ')}.` });
}
