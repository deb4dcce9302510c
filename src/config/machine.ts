/** What this process may use: the container's share where it has one, the machine otherwise. */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

export interface Machine {
  readonly memoryBytes: number;
  /** At least one. */
  readonly processors: number;
}

/** What the machine has, and what the process's control groups say of it. */
export interface MachineSources {
  readonly memoryBytes: number;
  readonly processors: number;
  /** Zero or more than the machine has: no limit. */
  readonly constrainedMemory: number;
  /** A file's text; null when there is none. */
  readonly read: (path: string) => string | null;
}

const HERE: MachineSources = {
  memoryBytes: totalmem(),
  processors: availableParallelism(),
  constrainedMemory: process.constrainedMemory(),
  read: readText,
};

/**
 * Limits of control groups count like a smaller machine. Node tells the one of memory; of processors it knows the
 * affinity alone, and the quota (`docker run --cpus`, `resources.limits.cpu`) is read from cgroup v2's `cpu.max` or
 * v1's `cpu.cfs_quota_us`.
 */
export function thisMachine(sources: MachineSources = HERE): Machine {
  const { memoryBytes, processors, constrainedMemory } = sources;
  const isLimited = constrainedMemory > 0 && constrainedMemory < memoryBytes;
  return {
    memoryBytes: isLimited ? constrainedMemory : memoryBytes,
    processors: Math.max(1, Math.floor(Math.min(processors, ...quotas(sources.read)))),
  };
}

const GIBIBYTE = 2 ** 30;

/**
 * What the engine of one run may take: DuckDB gets what two GiB for everything else leave, shared among the runs, and
 * of a machine that is too small for that half of the memory.
 */
export function memoryShare({ memoryBytes }: Machine, runs: number): number {
  return Math.floor(Math.max(memoryBytes - 2 * GIBIBYTE, memoryBytes / 2, GIBIBYTE / 2) / runs);
}

const ROOT = '/sys/fs/cgroup';

/** Processors, of the own group and of the one that is seen as the root: either may hold the limit. */
function quotas(read: MachineSources['read']): readonly number[] {
  const groups = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === '') return [];
    return controllers === ''
      ? [`${ROOT}${path}`]
      : controllers.split(',').includes('cpu')
        ? [`${ROOT}/cpu${path}`]
        : [];
  });
  return [...new Set([...groups, ROOT, `${ROOT}/cpu`])].flatMap((group) => {
    const [quota, period] = (
      read(`${group}/cpu.max`) ?? `${read(`${group}/cpu.cfs_quota_us`)} ${read(`${group}/cpu.cfs_period_us`)}`
    )
      .split(/\s+/)
      .map(Number);
    const share = (quota ?? Number.NaN) / (period ?? Number.NaN);
    return Number.isFinite(share) && share > 0 ? [share] : [];
  });
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
