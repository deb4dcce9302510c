import type { Repository } from './lake.ts';
import { LakeError } from './lake-error.ts';

/** lakeFS reads a repository's rules at most that often: a new rule bites late (recording 05). */
const CACHED_FOR_MS = 3000;

/** @throws LakeError 403 when a rule covers the branch */
export function assertUnprotected(repository: Repository, branch: string, message: string): void {
  if (rulesInForce(repository).some((pattern) => globMatches(pattern, branch)))
    throw new LakeError('forbidden', message);
}

function rulesInForce(repository: Repository): readonly string[] {
  const { protection } = repository;
  if (protection.cached === null || protection.cached.until < Date.now()) {
    protection.cached = { rules: protection.rules, until: Date.now() + CACHED_FOR_MS };
  }
  return protection.cached.rules;
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
