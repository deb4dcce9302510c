import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ScratchOwner } from '../gate/scratch-branches.ts';

/** This process as the owner of scratch branches. */
export function scratchOwner(): ScratchOwner {
  return {
    host: machine(),
    pid: process.pid,
    startedAt: Math.floor(Date.now() - process.uptime() * 1_000),
    isAlive,
    random: () => randomBytes(4).toString('hex'),
    now: Date.now,
  };
}

/** Two machines may have one name, and two containers one machine: their process ids mean nothing to each other. */
function machine(): string {
  const parts = [
    hostname(),
    orNothing(() => readFileSync('/etc/machine-id', 'utf8')),
    orNothing(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process, say EPERM, lives.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
