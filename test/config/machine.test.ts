import { availableParallelism, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type MachineSources, memoryShare, thisMachine } from '../../src/config/machine.ts';

const GIBIBYTE = 2 ** 30;

function machine(files: Readonly<Record<string, string>>, more: Partial<MachineSources> = {}) {
  return thisMachine({
    memoryBytes: 64 * GIBIBYTE,
    processors: 16,
    constrainedMemory: 0,
    read: (path) => files[path] ?? null,
    ...more,
  });
}

describe('what the process may use', () => {
  it('is the machine where no control group limits it', () => {
    expect(machine({})).toEqual({ memoryBytes: 64 * GIBIBYTE, processors: 16 });
    expect(machine({ '/sys/fs/cgroup/cpu.max': 'max 100000' }).processors).toBe(16);
    expect(machine({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1' }).processors).toBe(16);
    // What cgroup v1 says where there is no limit.
    expect(machine({}, { constrainedMemory: 18446744073709552000 }).memoryBytes).toBe(64 * GIBIBYTE);
  });

  it("is the container's memory", () => {
    expect(machine({}, { constrainedMemory: 4 * GIBIBYTE }).memoryBytes).toBe(4 * GIBIBYTE);
  });

  it.each([
    ['of its own root', { '/sys/fs/cgroup/cpu.max': '250000 100000' }],
    ['of its own group', { '/proc/self/cgroup': '0::/pods/one', '/sys/fs/cgroup/pods/one/cpu.max': '250000 100000' }],
    [
      'of cgroup v1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '250000', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' },
    ],
    [
      'of its own group of cgroup v1',
      {
        '/proc/self/cgroup': '5:memory:/m\n4:cpu,cpuacct:/docker/one',
        '/sys/fs/cgroup/cpu/docker/one/cpu.cfs_quota_us': '250000',
        '/sys/fs/cgroup/cpu/docker/one/cpu.cfs_period_us': '100000',
      },
    ],
  ])('is the quota of processors %s', (_where, files) => {
    expect(machine(files).processors).toBe(2);
  });

  it('is one processor at least', () => {
    expect(machine({ '/sys/fs/cgroup/cpu.max': '20000 100000' }).processors).toBe(1);
  });

  it('is never more than this machine has', () => {
    const { memoryBytes, processors } = thisMachine();
    expect(memoryBytes).toBeLessThanOrEqual(totalmem());
    expect(memoryBytes).toBeGreaterThan(0);
    expect(processors).toBeLessThanOrEqual(availableParallelism());
    expect(processors).toBeGreaterThanOrEqual(1);
  });
});

describe('the memory of one run', () => {
  const share = (gibibytes: number, runs: number) =>
    memoryShare({ memoryBytes: gibibytes * GIBIBYTE, processors: 1 }, runs);

  it('leaves two GiB for everything else, and shares the rest among the runs', () => {
    expect(share(10, 1)).toBe(8 * GIBIBYTE);
    expect(share(10, 4)).toBe(2 * GIBIBYTE);
  });

  it('is half of what there is where that is little', () => {
    expect(share(2, 1)).toBe(GIBIBYTE);
    expect(share(2, 2)).toBe(GIBIBYTE / 2);
    expect(share(0.5, 1)).toBe(GIBIBYTE / 2);
  });
});
