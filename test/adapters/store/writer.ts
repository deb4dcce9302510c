/** Writes deliveries until it is killed; tells each id on standard output once its row is said to be on disk. */
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/adapters/store/open-store.ts';
import { APPROVED, running } from './decisions.ts';

const [path = '', prefix = ''] = process.argv.slice(2);
const store = openStore(path);
for (let number = 0; ; number += 1) {
  const id = `${prefix}-${number}`;
  try {
    store.begin(running(id));
    writeSync(1, `begun ${id}\n`);
    store.finish(id, APPROVED);
    writeSync(1, `finished ${id}\n`);
  } catch (error) {
    writeSync(1, `failed ${(error as Error).message}\n`);
    process.exit(3);
  }
}
