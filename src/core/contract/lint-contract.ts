import { type Problem, problemAt } from '../problem.ts';
import type { Contract, YamlNode } from './contract.ts';
import { lintBlocks } from './lint-blocks.ts';
import { lintChangeRules } from './lint-change-rules.ts';
import { lintNames } from './lint-names.ts';
import { lintOptions } from './lint-options.ts';
import { lintPlaces } from './lint-places.ts';
import { lintReferences } from './lint-references.ts';
import { lintRules } from './lint-rules.ts';
import { lintSla } from './lint-sla.ts';
import { lintVersion } from './lint-version.ts';
import { childOf } from './yaml-node.ts';

/**
 * What is wrong with a contract of valid shape: what cannot be run, contradicts itself or surely means something else.
 * An error is whatever would let a rule pass unseen; a warning can wait.
 */
export function lintContract(contract: Contract, root: YamlNode): readonly Problem[] {
  return [
    ...lintHead(contract, root),
    ...lintVersion(root),
    ...lintBlocks(root),
    ...lintNames(contract),
    ...lintPlaces(contract),
    ...lintReferences(contract, root),
    ...lintChangeRules(contract, root),
    ...contract.tables.flatMap((table) => [...lintOptions(table), ...lintRules(table)]),
    ...lintSla(contract, root),
  ];
}

/** semver.org, version 2.0.0. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

function lintHead(contract: Contract, root: YamlNode): readonly Problem[] {
  const problems: Problem[] = [];
  const version = childOf(root, 'version') ?? root;
  if (!SEMVER.test(contract.version)) {
    problems.push(
      problemAt(version.at, {
        code: 'version-not-semver',
        level: 'warning',
        message: `The version "${contract.version}" does not say what changed.`,
        hint: 'Write MAJOR.MINOR.PATCH, as 1.0.0 (semver.org).',
      }),
    );
  }
  if (contract.status === undefined && contract.apiVersion < 'v3.2') {
    const message = `A contract of ${contract.apiVersion} has a \`status\`.`;
    const hint = 'Add `status: active`.';
    problems.push(problemAt(root.at, { code: 'status-missing', level: 'warning', message, hint }));
  }
  if (contract.tables.length === 0) {
    problems.push(
      problemAt((childOf(root, 'schema') ?? root).at, {
        code: 'table-none',
        level: 'warning',
        message: 'The contract has no table, so it governs nothing.',
        hint: 'Describe the tables under `schema`.',
      }),
    );
  }
  return problems;
}
