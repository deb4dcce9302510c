/** Who watches the gate work: metrics, say. It is told, asked for nothing, and must not throw. */
import type { Decision } from './record-ports.ts';

/** The parts of one decision that take time, in the order in which they come; `record` is each write to the records. */
export const GATE_STAGES = ['commits', 'contracts', 'changes', 'fetch', 'checks', 'record'] as const;
export type GateStage = (typeof GATE_STAGES)[number];

export interface GateObserver {
  /** Does the work, and notes how long it took, however it ended. */
  stage<T>(name: GateStage, work: () => T): T;
  /** Objects that a run was given, from lakeFS or from the cache. */
  read(objects: number, bytes: number): void;
  /** Rows of tables that were scanned. */
  rows(count: bigint): void;
  /** A delivery is on disk, and no work has been done for it. */
  received(decision: Decision): void;
  /** A decision is on disk. `durationMs` is the time since its delivery came, in milliseconds. */
  decided(decision: Decision, durationMs: number): void;
  /** A commit is on its branch. `same`: it was approved, and its tree is the one that was judged. */
  landed(same: boolean): void;
}

/** Does the work and tells how many milliseconds it took, also when it throws or rejects. */
export function timed<T>(work: () => T, done: (durationMs: number) => void): T {
  const startedAt = performance.now();
  const end = () => done(performance.now() - startedAt);
  let pending = false;
  try {
    const result = work();
    pending = result instanceof Promise;
    // Its failure is the caller's, who has the same promise.
    if (result instanceof Promise) result.then(end, end);
    return result;
  } finally {
    if (!pending) end();
  }
}

/** Watches nothing. */
export const NO_OBSERVER: GateObserver = {
  stage: (_name, work) => work(),
  read: () => {},
  rows: () => {},
  received: () => {},
  decided: () => {},
  landed: () => {},
};
