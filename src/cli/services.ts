import type { Problem } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import type { Decision, DecisionFilter } from '../gate/ports.ts';

/**
 * What the commands need done, in the words of the command line; wire.ts puts it together. Paths are as the user typed
 * them, to be resolved against the working directory and shown as they are.
 *
 * Each method rejects with a SluiceError that names what the user can mend. Where there are several at once, as in a
 * configuration, its cause is an AggregateError of SluiceErrors and all of them are shown in its place.
 */
export interface Services {
  /** Never rejects for bad data or bad contracts: they are in the report. */
  checkLocal(request: LocalCheck, onProgress: OnProgress, signal: AbortSignal): Promise<Report>;
  /** Reads files and, in folders, every contract below. One result per contract, in the order given. */
  lintContracts(paths: readonly string[], signal: AbortSignal): Promise<readonly LintedContract[]>;
  /** Serves until the signal is aborted, then drains; resolves when the last delivery is answered and recorded. */
  serve(request: WithConfig, signal: AbortSignal): Promise<void>;
  /** Newest first. */
  decisions(request: WithConfig & { readonly filter: DecisionFilter }): Promise<readonly Decision[]>;
  /** Every decision whose id or merge commit begins with the reference, in lower case; newest first. */
  findDecisions(request: WithConfig & { readonly reference: string }): Promise<readonly Decision[]>;
  /** Plays the demo; with `keep`, until the signal is aborted. */
  demo(request: DemoRequest, signal: AbortSignal): Promise<void>;
}

export interface LocalCheck {
  /** Contract files, or folders of them; at least one. */
  readonly contracts: readonly string[];
  readonly data: string;
  readonly base: string | null;
  /** Reference time for freshness, milliseconds since 1970. */
  readonly now: number;
}

export interface Progress {
  /** What is being done: `reading orders`. */
  readonly stage: string;
  readonly bytes?: number;
  readonly rows?: number;
}

export type OnProgress = (progress: Progress) => void;

export interface LintedContract {
  readonly file: string;
  readonly problems: readonly Problem[];
  /** False when the file could not even be read; `problems` says why. */
  readonly readable: boolean;
}

export interface WithConfig {
  /** `--config`; null when it was not given. */
  readonly config: string | null;
}

export interface DemoRequest {
  /** Leave lakeFS's stand-in and the gate running at the end. */
  readonly keep: boolean;
  readonly color: boolean;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
}
