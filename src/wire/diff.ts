import { resolve } from 'node:path';
import type { LocalDiff, OnProgress } from '../cli/services.ts';
import type { DiffReport } from '../core/diff/diff-report.ts';
import { diffLocal } from '../gate/diff-local.ts';
import { type Environment, GIBIBYTE, withLocalTools, withoutSecrets } from './local-tools.ts';
import { namedDocuments } from './named-documents.ts';

/** What a diff may spend while somebody waits for it. A hundred million rows take a minute or two; above that one key in so many is compared. */
export const DIFF_LIMITS = { exactRows: 100_000_000, profileBytes: GIBIBYTE };

/** Runs `sluice diff` on local files. */
export function runLocalDiff(
  { contracts, base, data, ...asked }: LocalDiff,
  onProgress: OnProgress,
  { env, cwd, signal }: { readonly env: Environment; readonly cwd: string; readonly signal: AbortSignal },
): Promise<DiffReport> {
  return withLocalTools(async (tools) => {
    const request = {
      ...asked,
      documents: await namedDocuments(contracts, cwd, signal),
      base: resolve(cwd, base),
      data: resolve(cwd, data),
      shown: { base, data },
      limits: DIFF_LIMITS,
      variables: withoutSecrets(env),
      onProgress: (stage: string) => onProgress({ stage }),
    };
    return diffLocal(request, tools, signal);
  });
}
