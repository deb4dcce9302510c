/** `sluice check` and `sluice contract lint` on the user's own files. */
import { resolve } from 'node:path';
import { readNamedContracts } from '../adapters/contracts/named-paths.ts';
import type { LintedContract, LocalCheck, OnProgress } from '../cli/services.ts';
import type { Report } from '../core/report/report.ts';
import { checkLocal } from '../gate/check-local.ts';
import { readContracts } from '../gate/load-contracts.ts';
import { type Environment, withLocalTools, withoutSecrets } from './local-tools.ts';
import { namedDocuments } from './named-documents.ts';

/** Runs `sluice check` on local files. */
export function runLocalCheck(
  { contracts, data, base, newTables, now }: LocalCheck,
  onProgress: OnProgress,
  { env, cwd, signal }: { readonly env: Environment; readonly cwd: string; readonly signal: AbortSignal },
): Promise<Report> {
  return withLocalTools(async (tools) => {
    const request = {
      documents: await namedDocuments(contracts, cwd, signal),
      data: resolve(cwd, data),
      base: base === null ? null : resolve(cwd, base),
      newTables,
      shown: { data, base },
      now,
      variables: withoutSecrets(env),
      onProgress: (stage: string) => onProgress({ stage }),
    };
    return checkLocal(request, tools, signal);
  });
}

/** Reads and lints contracts as a merge would, without data. */
export async function lintContracts(
  paths: readonly string[],
  { env, cwd, signal }: { readonly env: Environment; readonly cwd: string; readonly signal: AbortSignal },
): Promise<readonly LintedContract[]> {
  const named = await readNamedContracts(paths, cwd, signal);
  return named.map((one) => {
    if (one.kind === 'unreadable') return { file: one.file, problems: [one.problem], readable: false };
    const { problems } = readContracts([one.document], withoutSecrets(env));
    return { file: one.document.file, problems, readable: true };
  });
}
