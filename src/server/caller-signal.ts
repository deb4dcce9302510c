import type { ServerResponse } from 'node:http';
import { SluiceError } from '../core/problem.ts';

/** A signal and the means to be done with it. */
export interface CallerSignal {
  readonly signal: AbortSignal;
  /** Frees the timer; to be called when the delivery has its decision. */
  done(): void;
}

/**
 * Aborts when the deadline passes (`deadline-exceeded`) or when the caller closes the connection before it has its
 * answer (`caller-gone`): lakeFS does so when its own client leaves or its hook's timeout strikes.
 */
export function callerSignal(response: ServerResponse, deadlineMs: number): CallerSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(deadlineExceeded(deadlineMs)), deadlineMs);
  const onClose = () => controller.abort(callerGone());
  response.once('close', onClose);
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      response.off('close', onClose);
    },
  };
}

function deadlineExceeded(deadlineMs: number): SluiceError {
  return new SluiceError({
    code: 'deadline-exceeded',
    message: `The merge could not be judged within its deadline of ${deadlineMs / 1000} s.`,
    hint: 'Raise timeout and, below it, deadline in the action file; or give Sluice more memory and cores.',
  });
}

function callerGone(): SluiceError {
  return new SluiceError({
    code: 'caller-gone',
    message: 'The caller closed the connection before the merge was judged.',
    hint: 'Merge again. If it happens again, the hook timeout or the merging client gives up too early.',
  });
}
