import { setImmediate as otherWork } from 'node:timers/promises';
import type { CheckSpec } from '../core/check/check.ts';
import { deriveChecks } from '../core/check/derive-checks.ts';
import type { Contract, ContractDocument } from '../core/contract/contract.ts';
import { loadContract } from '../core/contract/load-contract.ts';
import type { Problem } from '../core/problem.ts';

export interface LoadedContracts {
  readonly contracts: readonly Contract[];
  /** Checks by contract file. */
  readonly checks: ReadonlyMap<string, readonly CheckSpec[]>;
  readonly problems: readonly Problem[];
}

/** Parses, lints and derives the checks of every document; all problems at once, in the order of the documents. */
export function readContracts(
  documents: readonly ContractDocument[],
  variables: Readonly<Record<string, string>>,
): LoadedContracts {
  const results = documents.map((document) => {
    const { contract, problems } = loadContract(document, { variables });
    const derived = contract === null ? { checks: [], problems: [] } : deriveChecks(contract);
    return { contract, checks: derived.checks, problems: distinct([...problems, ...derived.problems]) };
  });
  const found = results.flatMap(({ contract, checks }) => (contract === null ? [] : [{ contract, checks }]));
  return {
    contracts: found.map(({ contract }) => contract),
    checks: new Map(found.map(({ contract, checks }) => [contract.file, checks])),
    problems: results.flatMap(({ problems }) => problems),
  };
}

/** Reads documents for merges; what has been read before is remembered, document by document. */
export type ContractReader = (documents: readonly ContractDocument[], signal: AbortSignal) => Promise<LoadedContracts>;

/** As parsed, a contract takes some hundred kilobytes. */
const MAX_REMEMBERED = 500;

/**
 * Contracts change rarely and every merge needs all of them. Reading one takes milliseconds, in which the server can
 * do nothing else, so other merges get their turn between any two.
 */
export function createContractReader(variables: Readonly<Record<string, string>>): ContractReader {
  const remembered = new Map<string, LoadedContracts>();
  const read = async (document: ContractDocument): Promise<LoadedContracts> => {
    const name = `${document.digest} ${document.file}`;
    const known = remembered.get(name);
    if (known !== undefined) return known;
    await otherWork();
    const loaded = readContracts([document], variables);
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= MAX_REMEMBERED) remembered.delete(oldest);
    remembered.set(name, loaded);
    return loaded;
  };
  return async (documents, signal) => {
    const parts: LoadedContracts[] = [];
    for (const document of documents) {
      signal.throwIfAborted();
      parts.push(await read(document));
    }
    return {
      contracts: parts.flatMap((part) => part.contracts),
      checks: new Map(parts.flatMap((part) => [...part.checks])),
      problems: parts.flatMap((part) => part.problems),
    };
  };
}

/** The linter and the derivation may both see one mistake; it is told once, by whoever speaks first. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = `${problem.code}:${problem.line}:${problem.column}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
