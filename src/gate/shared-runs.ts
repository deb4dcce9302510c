import type { SluiceError } from '../core/problem.ts';

/** Work that several callers wait for, each as long as it likes. */
export interface SharedRuns<T> {
  /**
   * Starts the work under this key, or waits for the one that is under way. When it succeeds, `land` turns the value
   * into this caller's answer; all callers land in one go, in the order in which they came, before anyone can start
   * the same work again. A caller whose signal aborts leaves alone, rejecting with the signal's reason; the last one
   * to leave cancels the work.
   */
  join<R>(caller: Caller<T, R>): Promise<R>;
  /** Makes every caller leave for this reason. */
  dismiss(reason: SluiceError): void;
}

interface Caller<T, R> {
  readonly key: string;
  readonly signal: AbortSignal;
  /** Called for the first caller only; the signal is the work's own. */
  readonly start: (signal: AbortSignal) => Promise<T>;
  readonly land: (value: T) => R;
}

interface Passenger<T> {
  readonly land: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

interface Run<T> {
  readonly passengers: Set<Passenger<T>>;
  readonly cancel: AbortController;
}

/** An empty table of runs. */
export function createSharedRuns<T>(): SharedRuns<T> {
  const runs = new Map<string, Run<T>>();

  const open = ({ key, start }: Caller<T, unknown>): Run<T> => {
    const run: Run<T> = { passengers: new Set(), cancel: new AbortController() };
    runs.set(key, run);
    const settle = (tell: (passenger: Passenger<T>) => void) => {
      for (const passenger of run.passengers) tell(passenger);
      forget(key, run);
    };
    // An async function, so that a start that throws at once is a failed run and no entry that never ends.
    const work = async () => start(run.cancel.signal);
    work().then(
      (value) => settle((passenger) => passenger.land(value)),
      (error: unknown) => settle((passenger) => passenger.fail(error)),
    );
    return run;
  };
  /** A cancelled run may still be ending when the next one of its key has begun. */
  const forget = (key: string, run: Run<T>) => {
    run.passengers.clear();
    if (runs.get(key) === run) runs.delete(key);
  };

  return {
    join: (caller) =>
      new Promise((resolve, reject) => {
        const { key, signal, land } = caller;
        signal.throwIfAborted();
        const run = runs.get(key) ?? open(caller);
        const leave = () => {
          run.passengers.delete(passenger);
          passenger.fail(signal.reason);
          if (run.passengers.size > 0) return;
          run.cancel.abort(signal.reason);
          forget(key, run);
        };
        const passenger: Passenger<T> = {
          land: (value) => {
            signal.removeEventListener('abort', leave);
            try {
              resolve(land(value));
            } catch (error) {
              reject(error);
            }
          },
          fail: (error) => {
            signal.removeEventListener('abort', leave);
            reject(error);
          },
        };
        run.passengers.add(passenger);
        signal.addEventListener('abort', leave, { once: true });
      }),
    dismiss: (reason) => {
      for (const [key, run] of runs) {
        for (const passenger of run.passengers) passenger.fail(reason);
        run.cancel.abort(reason);
        forget(key, run);
      }
    },
  };
}
