import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The contract that the demo's gate holds main to. */
export const CONTRACT = 'contracts/flights.odcs.yaml';

/** Where a file of the package is; it ships beside `dist` and `src` alike. */
export function shippedPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** The text of a file of the package. */
export function readShipped(path: string): string {
  return readFileSync(shippedPath(path), 'utf8');
}
