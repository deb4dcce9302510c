import type { SluiceError } from '../core/problem.ts';

/** Work whose caller may leave before it has cleaned up after itself. */
export interface DetachedWork {
  /**
   * Runs the work; its signal aborts with the caller's. A caller whose signal aborts leaves at once, rejecting with the
   * signal's reason, and the work goes on until it has ended by itself.
   */
  run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts everything that runs. */
  end(reason: SluiceError): void;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

/** Nothing runs yet. */
export function createDetachedWork(): DetachedWork {
  const running = new Set<Promise<unknown>>();
  const ending = new AbortController();
  return {
    run: async (signal, work) => {
      const either = AbortSignal.any([signal, ending.signal]);
      either.throwIfAborted();
      const working = work(either);
      running.add(working);
      const forget = () => running.delete(working);
      working.then(forget, forget);
      return orLeave(working, either);
    },
    end: (reason) => ending.abort(reason),
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function orLeave<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
