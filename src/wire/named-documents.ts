import { readNamedContracts } from '../adapters/contracts/named-paths.ts';
import type { ContractDocument } from '../core/contract/contract.ts';
import { SluiceError } from '../core/problem.ts';

/** The contracts that the user named; rejects with every file that cannot be read. */
export async function namedDocuments(
  paths: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<readonly ContractDocument[]> {
  const named = await readNamedContracts(paths, cwd, signal);
  const broken = named.flatMap((one) => (one.kind === 'unreadable' ? [new SluiceError(one.problem)] : []));
  const [first] = broken;
  if (first !== undefined) throw new SluiceError(first.problem, { cause: new AggregateError(broken) });
  return named.flatMap((one) => (one.kind === 'document' ? [one.document] : []));
}
