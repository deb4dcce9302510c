import { currentDecision } from '../gate/decision-context.ts';
import type { GateObserver, GateStage } from '../gate/observer.ts';

/** What a run is doing right now. */
export interface RunStage {
  readonly stage: GateStage;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly objects: number;
  readonly bytes: number;
}

export interface RunProgress {
  readonly observer: GateObserver;
  /** Null: not under way, or nothing begun yet. */
  of(decisionId: string): RunStage | null;
}

/** Remembers, for decisions under way and for no longer, which stage they are in and what they have read. */
export function createRunProgress(inner: GateObserver, now: () => number): RunProgress {
  const stages = new Map<string, RunStage>();
  const update = (change: (stage: RunStage | undefined) => RunStage | undefined): void => {
    const id = currentDecision();
    if (id === undefined) return;
    const next = change(stages.get(id));
    if (next !== undefined) stages.set(id, next);
  };
  return {
    of: (decisionId) => stages.get(decisionId) ?? null,
    observer: {
      ...inner,
      stage: (stage, work) => {
        update((before) => ({ stage, since: now(), objects: before?.objects ?? 0, bytes: before?.bytes ?? 0 }));
        return inner.stage(stage, work);
      },
      read: (objects, bytes) => {
        update((before) => before && { ...before, objects: before.objects + objects, bytes: before.bytes + bytes });
        inner.read(objects, bytes);
      },
      decided: (decision, durationMs) => {
        stages.delete(decision.id);
        inner.decided(decision, durationMs);
      },
    },
  };
}
