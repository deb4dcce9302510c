import { posix } from 'node:path';
import { byteWords } from '../../core/report/text/numbers.ts';
import type { DoctorDeps, KnownSettings } from './examination.ts';
import { type Finding, failed, find, type Told } from './finding.ts';

const SCARCE_BYTES = 256 * 2 ** 20;
const TIGHT_BYTES = 2 * 2 ** 30;

/** This machine: what it knows of the server, and where the records are kept. */
export async function examineMachine(
  { disk, settings }: Pick<DoctorDeps, 'disk' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { stateDir } = settings;
  const known = await find({ id: 'server-settings', repository: null }, signal, () => serverSettings(settings));
  if (settings.hook === null) return [known];
  const tried = disk.tryWriting(stateDir);
  return [
    known,
    await find({ id: 'state-directory', repository: null }, signal, () =>
      tried.then(
        ({ exists }): Told => ({
          level: 'ok',
          detail: `${stateDir} ${exists ? 'can' : 'will be made, and can'} be written`,
        }),
        (error) => ({
          ...failed(error),
          fix: 'Give the user that runs sluice serve the right to write there, or set SLUICE_STATE_DIR.',
        }),
      ),
    ),
    await find({ id: 'state-disk', repository: null }, signal, async () =>
      diskKind(await disk.mountInfo(), (await tried).tried),
    ),
    await find({ id: 'state-space', repository: null }, signal, async () =>
      space(await disk.freeBytes((await tried).tried), settings.cacheBytes),
    ),
  ];
}

function serverSettings({ hook }: KnownSettings): Told {
  if (hook !== null) return { level: 'ok', detail: `the hook listens on ${hook.listen.host}:${hook.listen.port}` };
  return {
    level: 'warn',
    detail: 'not on this machine (no hook.token): its port, deadlines and state directory are not looked at',
    fix: 'Run sluice doctor where sluice serve runs, with the same configuration.',
  };
}

/** The file system that a path of Linux's lies on. */
export function fileSystemOf(mountInfo: string, path: string): string | null {
  const mounts = mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const [type] = after.split(' ');
    return point === undefined || type === undefined || type === '' ? [] : [{ point: plainPath(point), type }];
  });
  const covering = mounts.filter(({ point }) => isBelow(path, point));
  const longest = Math.max(...covering.map(({ point }) => point.length));
  // Of two mounts on one place the later one is seen.
  return covering.findLast(({ point }) => point.length === longest)?.type ?? null;
}

function isBelow(path: string, point: string): boolean {
  const from = posix.relative(point, path);
  return from === '' || (!from.startsWith('..') && !posix.isAbsolute(from));
}

/** The kernel writes blanks and the like as three octal digits. */
function plainPath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

const GONE_AT_RESTART = new Set(['tmpfs', 'ramfs', 'devtmpfs']);
const GONE_WITH_CONTAINER = new Set(['overlay', 'aufs', 'fuse-overlayfs', 'fuse.fuse-overlayfs']);

/** Whether records on this file system outlive what they must outlive. */
export function diskKind(mountInfo: string | null, path: string): Told {
  const type = mountInfo === null ? null : fileSystemOf(mountInfo, path);
  if (type === null) return { level: 'unknown', detail: `what ${path} lies on can only be told on Linux` };
  if (GONE_AT_RESTART.has(type)) {
    return {
      level: 'fail',
      detail: `${path} lies in memory (${type}): every record is gone after a restart`,
      fix: 'Set SLUICE_STATE_DIR to a directory on a disk.',
    };
  }
  if (/^(?:nfs|cifs|smb|9p|ceph|glusterfs|lustre|afs|fuse)/.test(type) && !GONE_WITH_CONTAINER.has(type)) {
    return {
      level: 'fail',
      detail: `${path} lies on ${type}, which does not lock and flush as SQLite needs it`,
      fix: 'Set SLUICE_STATE_DIR to a directory on a disk of this machine (or a block volume).',
    };
  }
  if (GONE_WITH_CONTAINER.has(type)) {
    return {
      level: 'warn',
      detail: `${path} lies in the writable layer of a container (${type}): the records go with the container`,
      fix: 'Mount a volume and set SLUICE_STATE_DIR to it.',
    };
  }
  return { level: 'ok', detail: type };
}

/** Whether records, cache and runs fit. */
export function space(freeBytes: number, cacheBytes: number): Told {
  const free = `${byteWords(freeBytes)} free`;
  if (freeBytes < SCARCE_BYTES) {
    return {
      level: 'fail',
      detail: `${free}; without room no decision can be recorded`,
      fix: 'Make room on that disk.',
    };
  }
  if (freeBytes < TIGHT_BYTES || freeBytes < cacheBytes / 4) {
    return {
      level: 'warn',
      detail: `${free}; the cache of objects alone may take ${byteWords(cacheBytes)}`,
      fix: 'Make room on that disk, or lower SLUICE_CACHE_SIZE.',
    };
  }
  return { level: 'ok', detail: free };
}
