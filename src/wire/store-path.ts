import { join } from 'node:path';

/** Where the decisions of a state directory are. */
export function storePath(stateDir: string): string {
  return join(stateDir, 'decisions.db');
}
