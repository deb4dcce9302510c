import { createHash } from 'node:crypto';
import type { ContractDocument } from '../../core/contract/contract.ts';
import { SluiceError } from '../../core/problem.ts';

/** Limits of one source; a contract is written by people and read whole into memory. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/**
 * Whether a path below the source names a contract. Every YAML file is one: a contract that were passed over for its
 * name would leave its tables unchecked without a word. Hidden files and folders are not (editors, git, and the
 * `..data` folders of mounted Kubernetes ConfigMaps).
 */
export function isContractPath(path: string): boolean {
  return /\.ya?ml$/i.test(path) && !path.split('/').some((segment) => segment.startsWith('.'));
}

/** The document of exact bytes. Throws `contract-not-utf8`: replaced characters would change names unseen. */
export function toDocument(file: string, bytes: Uint8Array): ContractDocument {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { file, text, digest: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    throw new SluiceError(
      {
        code: 'contract-not-utf8',
        message: 'The contract is not UTF-8 text.',
        file,
        hint: 'Save the file as UTF-8.',
      },
      { cause },
    );
  }
}

export function tooLarge(file: string): SluiceError {
  return new SluiceError({
    code: 'contract-too-large',
    message: `The contract is larger than ${MAX_DOCUMENT_BYTES} bytes.`,
    file,
    hint: 'Split it: one contract per file.',
  });
}

/** Throws `contracts-too-large` when all contracts together pass the limit. */
export function checkTotal(totalBytes: number): void {
  if (totalBytes <= MAX_TOTAL_BYTES) return;
  throw new SluiceError({
    code: 'contracts-too-large',
    message: `The contracts hold more than ${MAX_TOTAL_BYTES} bytes together.`,
    hint: 'Check that the contracts setting names the folder you mean.',
  });
}
