import { hasErrors, type Problem } from '../problem.ts';
import type { Contract, ContractDocument } from './contract.ts';
import type { ShapeProblem } from './convert-schema-errors.ts';
import { dropMisshapen, type ShapeFault } from './drop-misshapen.ts';
import { lintContract } from './lint-contract.ts';
import { parseYaml } from './parse-yaml.ts';
import { readContract } from './read-contract.ts';
import { substituteVariables } from './substitute-variables.ts';
import { validateShape } from './validate-shape.ts';

export interface LoadOptions {
  /** What `${NAME}` may stand for. Only what is in here can reach a contract or its messages. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface LoadedContract {
  /** Null when the document has an error; warnings alone leave it usable. */
  readonly contract: Contract | null;
  /** In the order of the document. */
  readonly problems: readonly Problem[];
}

/** Reads a contract document: strict YAML, variables, shape, meaning, lint. Never throws; every problem has a place. */
export function loadContract(document: ContractDocument, options: LoadOptions): LoadedContract {
  const parsed = parseYaml(document.file, document.text);
  if (parsed.root === null) return { contract: null, problems: inOrder(parsed.problems) };
  const { root, problems: unresolved } = substituteVariables(parsed.root, options.variables);
  const shape = validateShape(root);
  const shapeProblems = shape.map(({ problem }) => problem);
  const sound = hasErrors(shapeProblems) ? dropMisshapen(root, faultsOf(shape)) : root;
  const before = [...unresolved, ...shapeProblems];
  if (sound === null) return { contract: null, problems: inOrder(before) };
  const read = readContract(document, sound);
  const linted = [...read.problems, ...lintContract(read.contract, sound)];
  const problems = [...before, ...(sound === root ? linted : linted.filter(({ code }) => !MAY_FOLLOW.includes(code)))];
  return { contract: hasErrors(problems) ? null : read.contract, problems: inOrder(problems) };
}

/** What may be missing only because the server or rule that has it was set aside for its shape. */
const MAY_FOLLOW = ['location-missing', 'location-shared', 'relationship-not-a-key'];

function faultsOf(shape: readonly ShapeProblem[]): readonly ShapeFault[] {
  return shape.filter(({ problem }) => problem.level !== 'warning').map(({ fault }) => fault);
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0),
  );
}
