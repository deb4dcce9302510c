import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '../adapters/store/open-store.ts';
import { sizesIn } from '../adapters/store/state-size.ts';
import type { DecisionStore } from '../gate/record-ports.ts';
import type { TableRecords } from '../gate/table-records.ts';
import type { StatePart } from '../server/console/pages/health-page.ts';
import { storePath } from './store-path.ts';

/** Between two decisions of an older version, so that hooks are answered in between. */
const PAUSE_MS = 5;
/** A cache of a terabyte has many files. */
const FRESH_MS = 60_000;

/** Opens the records for writing. What has to be ended with them is added to `closers`, to be called from the last on. */
export function openRecords(
  stateDir: string,
  log: { error(fields: object, message: string): void },
  closers: (() => unknown)[],
): DecisionStore & TableRecords {
  const store = openStore(storePath(stateDir));
  closers.push(() => store.close(), adoptOldRecords(store, log));
  return store;
}

/**
 * Takes over the records of an older version, one by one, beside everything else. The returned function ends that; the
 * next start goes on.
 */
function adoptOldRecords(
  store: Pick<TableRecords, 'adoptOne'>,
  log: { error(fields: object, message: string): void },
): () => Promise<void> {
  const end = new AbortController();
  const work = (async () => {
    try {
      do await pause(PAUSE_MS);
      while (!end.signal.aborted && store.adoptOne());
    } catch (error) {
      log.error({ err: error }, 'records of an older version could not be taken over; the next start tries again');
    }
  })();
  return async () => {
    end.abort();
    await work;
  };
}

/** Sizes of the parts of the state directory, asked of the disk once a minute at most. */
export function statePartsOf(stateDir: string): () => Promise<readonly StatePart[]> {
  let last: { readonly until: number; readonly parts: Promise<readonly StatePart[]> } | undefined;
  return () => {
    if (last === undefined || performance.now() > last.until) {
      last = { until: performance.now() + FRESH_MS, parts: sizesIn(stateDir) };
    }
    return last.parts;
  };
}
