import Database from 'libsql';
import { SluiceError } from '../../core/problem.ts';

/**
 * Makes this process the only writer of the records at `path` until the returned function is called or the process
 * dies. A second server would abandon the first one's running deliveries on its start.
 *
 * The lock is an open write transaction on a file of its own, which SQLite holds by an advisory lock of the kernel:
 * unlike a file with a process id it vanishes with a killed process, is never stale, and works between containers that
 * share the directory. Throws `state-in-use`.
 */
export function lockState(path: string): () => void {
  const database = new Database(`${path}.lock`);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new SluiceError(
      {
        code: 'state-in-use',
        message: `Another sluice server works on ${path}.`,
        hint: 'Stop it, or give this one a state directory of its own (SLUICE_STATE_DIR).',
      },
      { cause },
    );
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}
