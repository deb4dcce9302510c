import { decisivePrefixes, isListing, listCommit, listingDigest } from './judged-tree.ts';
import type { ContractReader } from './load-contracts.ts';
import type { Commit, ContractSource, Lake } from './ports.ts';
import { contractDigest } from './prepare-merge.ts';
import type { Decision } from './record-ports.ts';

export interface LandedTreeDeps {
  readonly lake: Pick<Lake, 'list'>;
  readonly contracts: ContractSource;
  readonly readContracts: ContractReader;
  readonly rulePrefixes: readonly string[];
}

/**
 * What stands for the commit's tree as the decision's key has it: its content address, or the digest of the listing that
 * was judged, taken again at the commit. Null when the contracts have changed since, so that nobody knows what was listed.
 */
export async function landedTree(
  decision: Decision,
  commit: Commit,
  deps: LandedTreeDeps,
  signal: AbortSignal,
): Promise<string | null> {
  const { key, branch } = decision;
  if (key === null || !isListing(key.metaRange)) return commit.metaRangeId;
  const { repository, destinationCommit } = key;
  const documents = await deps.contracts.load({ repository, destinationCommit, branch }, signal);
  if (contractDigest(documents) !== key.contractDigest) return null;
  const { contracts } = await deps.readContracts(documents, signal);
  const prefixes = decisivePrefixes(contracts, deps.rulePrefixes, repository, branch);
  return listingDigest(await listCommit(deps.lake, { repository, commitId: commit.id, prefixes }, signal));
}
