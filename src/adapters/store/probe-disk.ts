import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../core/problem.ts';

/**
 * Writes a block to the directory of the records, as far as the disk, and removes it.
 *
 * @throws SluiceError `state-unavailable` when the disk is full, read-only or gone
 */
export async function probeDisk(directory: string): Promise<void> {
  const path = join(directory, `probe-${process.pid}`);
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(4_096));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SluiceError(
      {
        code: 'state-unavailable',
        message: `The state directory cannot be written (${reason}).`,
        hint: 'Check free space and permissions of the state directory.',
      },
      { cause },
    );
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}
