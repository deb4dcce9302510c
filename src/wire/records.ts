/** What `sluice decisions` and `sluice report` read: the records of this machine, or those of a running server. */
import { findRemotely, listDecisions, remoteReport } from '../adapters/sluice-server/remote-records.ts';
import { openStore } from '../adapters/store/open-store.ts';
import type { WithServer } from '../cli/services.ts';
import { parseServerUrl } from '../config/network.ts';
import { loadConsoleUrl, loadStateDir } from '../config.ts';
import type { Decision, DecisionFilter } from '../gate/record-ports.ts';
import { reportSchema, serverAccess } from './server-access.ts';
import { storePath } from './store-path.ts';

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Most decisions a reference is looked for among. */
const MAX_SEARCHED = 100_000;

export async function listRecorded(
  { config, server, filter }: WithServer & { readonly filter: DecisionFilter },
  world: World,
): Promise<readonly Decision[]> {
  if (server !== null) return listDecisions(serverAccess(server, config, world), filter, world.signal);
  return readStore(config, world, filter);
}

export async function findRecorded(
  { config, server, reference }: WithServer & { readonly reference: string },
  world: World,
): Promise<readonly Decision[]> {
  if (server !== null) return findRemotely(serverAccess(server, config, world), reference, world.signal);
  const all = readStore(config, world, { limit: MAX_SEARCHED });
  return all.filter(({ id, mergeCommit }) => id.startsWith(reference) || mergeCommit.startsWith(reference));
}

/** The report as the server recorded it. */
export async function reportOfServer(
  { config, server, id }: WithServer & { readonly server: string; readonly id: string },
  world: World,
): Promise<string | null> {
  return remoteReport(serverAccess(server, config, world), { id, reportSchema: reportSchema() }, world.signal);
}

/** Where people read decisions: as the settings say, else the server that was asked. */
export function consoleUrlOf(
  { config: file, server }: WithServer,
  { env, cwd }: Pick<World, 'env' | 'cwd'>,
): string | null {
  const told = loadConsoleUrl({ env, cwd, ...(file === null ? {} : { file }) });
  return told ?? (server === null ? null : (parseServerUrl(server) ?? null));
}

function readStore(file: string | null, { env, cwd }: World, filter: DecisionFilter): readonly Decision[] {
  const directory = loadStateDir({ env, cwd, ...(file === null ? {} : { file }) });
  const store = openStore(storePath(directory), { readonly: true });
  try {
    return store.list(filter);
  } finally {
    store.close();
  }
}
