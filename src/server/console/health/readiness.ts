import { SluiceError } from '../../../core/problem.ts';

/** Something a merge cannot be judged without. */
export interface Probe {
  /** `lakefs`, `engine`, `records`. */
  readonly name: string;
  /** Resolves with a few words on what answered; rejects when it does not. Told to give up by the signal. */
  readonly run: (signal: AbortSignal) => Promise<string>;
  readonly timeoutMs: number;
  /** How long a good answer counts, in milliseconds; a bad one counts for {@link SHORT_MS}. */
  readonly freshMs: number;
}

export interface ProbeResult {
  readonly name: string;
  readonly ok: boolean;
  /** For people; no secrets. */
  readonly detail: string;
  readonly durationMs: number;
}

/** What is asked more often than this is answered from memory. */
export const SHORT_MS = 5_000;

/** Asks every probe, at most once at a time each, and remembers the answers for a while. */
export function createReadiness(probes: readonly Probe[], now: () => number): () => Promise<readonly ProbeResult[]> {
  const asks = probes.map((probe) => remembered(probe, now));
  return () => Promise.all(asks.map((ask) => ask()));
}

function remembered(probe: Probe, now: () => number): () => Promise<ProbeResult> {
  let last: { readonly result: Promise<ProbeResult>; until: number } | undefined;
  return () => {
    if (last !== undefined && now() < last.until) return last.result;
    const asked = { result: ask(probe, now), until: Number.POSITIVE_INFINITY };
    last = asked;
    void asked.result.then(({ ok }) => {
      asked.until = now() + (ok ? probe.freshMs : SHORT_MS);
    });
    return asked.result;
  };
}

/** Never rejects. A probe that ignores its signal is not waited for. */
async function ask({ name, run, timeoutMs }: Probe, now: () => number): Promise<ProbeResult> {
  const startedAt = now();
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `It did not answer within ${timeoutMs / 1000} s.`;
      const error = new SluiceError({ code: 'deadline-exceeded', message });
      limit.abort(error);
      reject(error);
    }, timeoutMs);
  });
  const result = (ok: boolean, detail: string) => ({ name, ok, detail, durationMs: Math.round(now() - startedAt) });
  try {
    return result(true, await Promise.race([run(limit.signal), late]));
  } catch (error) {
    if (limit.signal.aborted) return result(false, `It did not answer within ${timeoutMs / 1000} s.`);
    // Words that are not ours may quote anything.
    return result(false, error instanceof SluiceError ? error.problem.message : 'It failed; the log may say why.');
  } finally {
    clearTimeout(timer);
  }
}
