/** What `sluice report --rows-to` reads: files of this machine's state directory, or of a running server. */
import { createFailingRowsReader } from '../adapters/failing-rows/kept-index.ts';
import { createRemoteFailingRows } from '../adapters/sluice-server/remote-failing-rows.ts';
import type { KeptFailingRows, Services } from '../cli/services.ts';
import { loadStateDir } from '../config.ts';
import { failingRowsPath } from './open-failing-rows.ts';
import { serverAccess } from './server-access.ts';

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export async function failingRowsOf(
  { config: file, server, decision }: Parameters<Services['failingRows']>[0],
  { env, cwd, signal }: World,
): Promise<KeptFailingRows> {
  // Here the decision that read the data has them; a server finds it by itself, and asks who may see which.
  const id = server === null ? (decision.replayOf ?? decision.id) : decision.id;
  const reader =
    server === null
      ? createFailingRowsReader(failingRowsPath(loadStateDir({ env, cwd, ...(file === null ? {} : { file }) })))
      : createRemoteFailingRows(serverAccess(server, file, { env, cwd }), signal);
  return { checks: await reader.list(id), read: (number) => reader.read(id, number) };
}
