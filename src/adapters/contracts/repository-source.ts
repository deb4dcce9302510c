import pLimit from 'p-limit';
import type { ObjectEntry } from '../../core/change/object.ts';
import type { ContractDocument } from '../../core/contract/contract.ts';
import { SluiceError } from '../../core/problem.ts';
import type { ContractSource } from '../../gate/ports.ts';
import { checkTotal, isContractPath, MAX_DOCUMENT_BYTES, toDocument, tooLarge } from './document.ts';

/** The two calls on the versioned lake that the source needs; the composition root hands them over. */
export interface RepositoryFiles {
  list(repository: string, commitId: string, prefix: string, signal: AbortSignal): Promise<readonly ObjectEntry[]>;
  readObject(
    request: {
      readonly repository: string;
      readonly commitId: string;
      readonly path: string;
      readonly maxBytes: number;
    },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/**
 * Contracts kept in the repository itself, read at the destination commit: a merge is judged by the rules that were in
 * force before it, never by those that it brings. All `.yaml` and `.yml` objects under `prefix` (a folder; the
 * trailing slash may be left out), in path order; `file` is the whole path in the repository.
 *
 * No contract there is an empty list and no error: that is how every repository starts, and the `uncovered` policy
 * decides what it means. Rejects with the codes of the two calls, and `contract-too-large`, `contracts-too-large`,
 * `contract-torn`, `contract-not-utf8`.
 */
export function createRepositorySource(files: RepositoryFiles, prefix: string): ContractSource {
  const folder = `${prefix.replace(/^\/+|\/+$/g, '')}/`.replace(/^\/$/, '');
  return {
    async load({ repository, destinationCommit: commitId }, signal) {
      const listed = await files.list(repository, commitId, folder, signal);
      // Action files are YAML too; they come into view when the prefix is the root.
      const contracts = listed.filter(
        ({ path }) => isContractPath(path.slice(folder.length)) && !path.startsWith('_lakefs_actions/'),
      );
      checkTotal(contracts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      const slot = pLimit(8);
      return Promise.all(
        contracts.map((object) => slot(() => readContract(files, { repository, commitId, object }, signal))),
      );
    },
  };
}

async function readContract(
  files: RepositoryFiles,
  request: { readonly repository: string; readonly commitId: string; readonly object: ObjectEntry },
  signal: AbortSignal,
): Promise<ContractDocument> {
  const { path, sizeBytes } = request.object;
  if (sizeBytes > MAX_DOCUMENT_BYTES) throw tooLarge(path);
  const { repository, commitId } = request;
  const bytes = await files.readObject({ repository, commitId, path, maxBytes: MAX_DOCUMENT_BYTES }, signal);
  if (bytes.length !== sizeBytes) throw torn(path, sizeBytes, bytes.length);
  return toDocument(path, bytes);
}

function torn(file: string, expected: number, found: number): SluiceError {
  return new SluiceError({
    code: 'contract-torn',
    message: `The contract came with ${found} bytes; its listing says ${expected}.`,
    file,
    hint: 'Try the merge again; if it stays so, upload the contract again.',
  });
}
