import pLimit from 'p-limit';
import type { ObjectEntry } from '../../core/change/object.ts';
import type { ContractDocument } from '../../core/contract/contract.ts';
import { SluiceError } from '../../core/problem.ts';
import type { ContractSource } from '../../gate/ports.ts';
import type { RepositoryReader } from '../../gate/repository-ports.ts';
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
 * decides what it means. Of a branch the staged contracts are read where `branches` is given. Rejects with the codes of the two calls, and `contract-too-large`, `contracts-too-large`,
 * `contract-torn`, `contract-not-utf8`.
 */
export function createRepositorySource(
  files: RepositoryFiles,
  prefix: string,
  branches: Pick<RepositoryReader, 'listAt' | 'readAt'> | null = null,
): ContractSource {
  const folder = `${prefix.replace(/^\/+|\/+$/g, '')}/`.replace(/^\/$/, '');
  return {
    async load({ repository, destinationCommit: commitId, staged }, signal) {
      const read =
        staged === undefined ? atCommit(files, repository, commitId) : onBranch(branches, repository, staged);
      const listed = await read.list(folder, signal);
      // Action files are YAML too; they come into view when the prefix is the root.
      const contracts = listed.filter(
        ({ path }) => isContractPath(path.slice(folder.length)) && !path.startsWith('_lakefs_actions/'),
      );
      checkTotal(contracts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      const slot = pLimit(8);
      return Promise.all(contracts.map((object) => slot(() => readContract(read, object, signal))));
    },
  };
}

/** One version of a repository. */
interface VersionReader {
  list(prefix: string, signal: AbortSignal): Promise<readonly ObjectEntry[]>;
  read(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array>;
}

function atCommit(files: RepositoryFiles, repository: string, commitId: string): VersionReader {
  return {
    list: (prefix, signal) => files.list(repository, commitId, prefix, signal),
    read: (path, maxBytes, signal) => files.readObject({ repository, commitId, path, maxBytes }, signal),
  };
}

function onBranch(
  branches: Pick<RepositoryReader, 'listAt' | 'readAt'> | null,
  repository: string,
  ref: string,
): VersionReader {
  if (branches === null) throw new TypeError('this source reads commits only');
  return {
    list: (prefix, signal) => branches.listAt(repository, ref, prefix, signal),
    read: (path, maxBytes, signal) => branches.readAt({ repository, ref, path, maxBytes }, signal),
  };
}

async function readContract(
  read: VersionReader,
  { path, sizeBytes }: ObjectEntry,
  signal: AbortSignal,
): Promise<ContractDocument> {
  if (sizeBytes > MAX_DOCUMENT_BYTES) throw tooLarge(path);
  const bytes = await read.read(path, MAX_DOCUMENT_BYTES, signal);
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
