import { describe, expect, it } from 'vitest';
import type { KnownSettings } from '../../../src/gate/doctor/examination.ts';
import { diskKind, examineMachine, fileSystemOf, space } from '../../../src/gate/doctor/machine.ts';
import { settings } from './settings.ts';

const MOUNTS = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '25 22 0:21 / /dev/shm rw,nosuid - tmpfs tmpfs rw',
  '26 22 0:40 / /mnt/share\\040of\\040team rw - nfs4 nas:/export rw',
  '27 22 0:41 / /srv rw - xfs /dev/sdb rw',
  '28 27 0:42 / /srv/app rw - overlay overlay rw',
  '29 22 0:43 / /mnt/box rw - fuse.sshfs box:/ rw',
  '30 22 8:1 / /srv rw - btrfs /dev/sdc rw',
  '',
].join('\n');

describe('the file system of a path', () => {
  it.each([
    ['/var/lib/sluice', 'ext4'],
    ['/', 'ext4'],
    ['/dev/shm', 'tmpfs'],
    ['/dev/shmoo', 'ext4'],
    ['/mnt/share of team/sluice', 'nfs4'],
    ['/srv/app/state', 'overlay'],
    // Mounted over the earlier one.
    ['/srv/state', 'btrfs'],
  ])('%s lies on %s', (path, type) => {
    expect(fileSystemOf(MOUNTS, path)).toBe(type);
  });

  it.each([
    ['/var/lib/sluice', 'ok', /^ext4$/],
    ['/dev/shm/sluice', 'fail', /in memory \(tmpfs\)/],
    ['/mnt/share of team/sluice', 'fail', /on nfs4/],
    ['/mnt/box', 'fail', /on fuse\.sshfs/],
    ['/srv/app', 'warn', /layer of a container \(overlay\)/],
  ])('%s is %s', (path, level, detail) => {
    const told = diskKind(MOUNTS, path);
    expect(told).toMatchObject({ level, detail: expect.stringMatching(detail) });
    expect(told.fix === undefined).toBe(level === 'ok');
  });

  it('cannot be told beside Linux', () => {
    expect(diskKind(null, '/var/lib')).toMatchObject({ level: 'unknown' });
  });
});

describe('room', () => {
  it.each([
    [100 * 2 ** 20, 'fail'],
    [2 ** 30, 'warn'],
    [3 * 2 ** 30, 'warn'],
    [50 * 2 ** 30, 'ok'],
  ])('%d bytes free is %s', (free, level) => {
    expect(space(free, 20 * 2 ** 30).level).toBe(level);
  });
});

describe('this machine', () => {
  const disk = {
    tryWriting: async () => ({ exists: true, tried: '/var/lib/sluice' }),
    mountInfo: async () => MOUNTS,
    freeBytes: async () => 2 ** 40,
  };
  const look = async (over: Partial<typeof disk>, known: Partial<KnownSettings> = {}) => {
    const deps = { disk: { ...disk, ...over }, settings: settings(known) };
    const findings = await examineMachine(deps, new AbortController().signal);
    return findings.map(({ id, level }) => `${id}: ${level}`);
  };

  it('that is well', async () => {
    expect(await look({})).toEqual(['server-settings: ok', 'state-directory: ok', 'state-disk: ok', 'state-space: ok']);
  });

  it('without the settings of the server looks at no disk', async () => {
    expect(await look({}, { hook: null })).toEqual(['server-settings: warn']);
  });

  it('whose state directory cannot be written knows nothing more of it', async () => {
    expect(await look({ tryWriting: () => Promise.reject(new Error('EACCES')) })).toEqual([
      'server-settings: ok',
      'state-directory: fail',
      'state-disk: unknown',
      'state-space: unknown',
    ]);
  });

  it('whose disk does not tell its room', async () => {
    expect(await look({ freeBytes: () => Promise.reject(new Error('ENOSYS')) })).toContain('state-space: unknown');
  });
});
