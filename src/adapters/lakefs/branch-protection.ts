import type { ProtectionReader } from '../../gate/doctor/ports.ts';
import { type LakefsOptions, openClient } from './client.ts';
import { inRepository } from './endpoint.ts';

/**
 * Reads lakeFS's rules of branch protection; rejects with the `lakefs-...` codes of failure.ts. The caller closes it.
 *
 * Throws `lakefs-bad-url`.
 */
export function createProtectionReader(options: LakefsOptions): ProtectionReader & { close(): Promise<void> } {
  const client = openClient(options);
  return {
    async protectedBranches(repository, signal) {
      const call = {
        segments: [...inRepository(repository), 'settings', 'branch_protection'],
        what: `the branch protection of ${repository}`,
      };
      return client.json(call, patternsOf, signal);
    },
    close: () => client.close(),
  };
}

/** `[{"pattern": "main"}, ...]` */
function patternsOf(answer: unknown): { readonly value: readonly string[] } | { readonly fault: string } {
  if (!Array.isArray(answer)) return { fault: 'it is no list of rules' };
  const patterns = answer.map((rule: unknown) =>
    typeof rule === 'object' && rule !== null && 'pattern' in rule ? rule.pattern : undefined,
  );
  const texts = patterns.filter((pattern) => typeof pattern === 'string');
  return texts.length === patterns.length ? { value: texts } : { fault: 'a rule has no pattern' };
}
