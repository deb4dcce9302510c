import pLimit from 'p-limit';
import { SluiceError } from '../core/problem.ts';

/** Bounded concurrency with a bounded queue. */
export interface Slots {
  /**
   * Runs the work when a slot is free. Rejects with `queue-full` when as many wait as may, with the signal's reason
   * when it aborts before the work began, and with what {@link Slots.close} was given. Work that has begun is its
   * own to cancel.
   */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** What runs and what waits now. */
  load(): SlotLoad;
  /** Turns away everything that has not begun, now and later. */
  close(reason: SluiceError): void;
}

export interface SlotLoad {
  readonly running: number;
  readonly waiting: number;
}

/** `concurrent` at once, `queue` more waiting. */
export function createSlots({ concurrent, queue }: { concurrent: number; queue: number }): Slots {
  const limit = pLimit(concurrent);
  const waiting = new Set<(reason: unknown) => void>();
  let running = 0;
  let closed: SluiceError | undefined;

  const run = <T>(signal: AbortSignal, work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      signal.throwIfAborted();
      if (closed !== undefined) throw closed;
      if (running + waiting.size >= concurrent + queue) throw queueFull();
      const turnAway = (reason: unknown) => {
        waiting.delete(turnAway);
        reject(reason);
      };
      const onAbort = () => turnAway(signal.reason);
      waiting.add(turnAway);
      signal.addEventListener('abort', onAbort, { once: true });
      void limit(async () => {
        signal.removeEventListener('abort', onAbort);
        if (!waiting.delete(turnAway)) return;
        running += 1;
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          running -= 1;
        }
      });
    });

  return {
    run,
    load: () => ({ running, waiting: waiting.size }),
    close: (reason) => {
      closed = reason;
      for (const turnAway of waiting) turnAway(reason);
    },
  };
}

function queueFull(): SluiceError {
  return new SluiceError({
    code: 'queue-full',
    message: 'Too many merges are waiting to be judged.',
    hint: 'Merge again in a while, or raise runs.queue or runs.concurrent.',
  });
}
