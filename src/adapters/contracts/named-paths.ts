import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ContractDocument } from '../../core/contract/contract.ts';
import { type Problem, SluiceError } from '../../core/problem.ts';
import { createDirectorySource } from './directory-source.ts';
import { MAX_DOCUMENT_BYTES, toDocument, tooLarge } from './document.ts';

/** A contract that was named on the command line: read, or why not. */
export type NamedContract =
  | { readonly kind: 'document'; readonly document: ContractDocument }
  | { readonly kind: 'unreadable'; readonly file: string; readonly problem: Problem };

/**
 * Reads contract files and every contract below named folders, in the order given. Documents are called as the user
 * typed them, so that a report's `file:line` can be clicked.
 */
export async function readNamedContracts(
  paths: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<readonly NamedContract[]> {
  const read: NamedContract[] = [];
  for (const path of paths) {
    try {
      read.push(...(await readPath(path, resolve(cwd, path), signal)));
    } catch (cause) {
      read.push({ kind: 'unreadable', file: path, problem: asProblem(path, cause) });
    }
  }
  return read;
}

async function readPath(shown: string, absolute: string, signal: AbortSignal): Promise<readonly NamedContract[]> {
  const info = await stat(absolute);
  if (info.isDirectory()) {
    const request = { repository: '', destinationCommit: '' };
    const documents = await createDirectorySource(absolute).load(request, signal);
    return documents.map((document) => ({
      kind: 'document',
      document: { ...document, file: join(shown, document.file) },
    }));
  }
  if (info.size > MAX_DOCUMENT_BYTES) throw tooLarge(shown);
  return [{ kind: 'document', document: toDocument(shown, await readFile(absolute)) }];
}

function asProblem(path: string, cause: unknown): Problem {
  if (cause instanceof SluiceError) return { file: path, ...cause.problem };
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return {
    code: 'contract-unreadable',
    message: missing ? `there is no file ${path}` : `${path} cannot be read`,
    file: path,
    hint: 'name contract files, or folders of them',
  };
}
