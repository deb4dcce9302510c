import type { DiffReport } from '../core/diff/diff-report.ts';
import type { Problem } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import type { Diagnosis } from '../gate/doctor/doctor.ts';
import type { KeptRows, NoFailingRows } from '../gate/failing-rows-ports.ts';
import type { GatedMergeEnd } from '../gate/gated-merge.ts';
import type { InstallPlan, Placement } from '../gate/install-gate.ts';
import type { Decision, DecisionFilter } from '../gate/record-ports.ts';
import type { OpenBranch } from '../gate/ungated-branches.ts';

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
  /** Two versions of tables; a table that cannot be compared says so in the report. */
  diffLocal(request: LocalDiff, onProgress: OnProgress, signal: AbortSignal): Promise<DiffReport>;
  /** Two commits of a lakeFS repository; a table that cannot be compared says so in the report. */
  diffRefs(request: RefDiff, onProgress: OnProgress, signal: AbortSignal): Promise<DiffReport>;
  /** What the gate would say to a merge; never rejects for bad data, bad contracts or a conflict. */
  checkMerge(request: MergeCheck, onProgress: OnProgress, signal: AbortSignal): Promise<Report>;
  /** Checks, and merges what was approved. Rejects only while nothing has been merged. */
  merge(request: MergeOrder, onProgress: OnProgress, signal: AbortSignal): Promise<GatedMergeEnd>;
  /** Reads files and, in folders, every contract below. One result per contract, in the order given. */
  lintContracts(paths: readonly string[], signal: AbortSignal): Promise<readonly LintedContract[]>;
  /** Reads action files, or the `_lakefs_actions/` of a repository. Rejects with `action-unreadable`. */
  lintActions(request: ActionLintRequest, signal: AbortSignal): Promise<LintedActions>;
  /** Writes the action file in memory, and into the lake as far as asked for. What lakeFS refuses is in the result. */
  init(request: InitRequest, onProgress: OnProgress, signal: AbortSignal): Promise<Installation>;
  /** Serves until the signal is aborted, then drains; resolves when the last delivery is answered and recorded. */
  serve(request: WithConfig, signal: AbortSignal): Promise<void>;
  /** Newest first. */
  decisions(
    request: WithServer & { readonly filter: DecisionFilter },
    signal: AbortSignal,
  ): Promise<readonly Decision[]>;
  /** Every decision whose id or merge commit begins with the reference, in lower case; newest first. */
  findDecisions(
    request: WithServer & { readonly reference: string },
    signal: AbortSignal,
  ): Promise<readonly Decision[]>;
  /** The failing rows that are kept of a decision; reading one from a server is logged there. */
  failingRows(
    request: WithServer & { readonly decision: Pick<Decision, 'id' | 'replayOf'> },
    signal: AbortSignal,
  ): Promise<KeptFailingRows>;
  /** The report of one decision of a server, JSON as it was recorded; null when it has none. */
  serverReport(
    request: WithServer & { readonly server: string; readonly id: string },
    signal: AbortSignal,
  ): Promise<string | null>;
  /** Where people read decisions on the console; null when nobody said. */
  consoleUrl(request: WithServer): Promise<string | null>;
  /** Examines everything between a merge and its verdict. Rejects only for bad use and when the signal is aborted. */
  doctor(request: DoctorRequest, onProgress: OnProgress, signal: AbortSignal): Promise<Diagnosis>;
  /** Plays the demo; with `keep`, until the signal is aborted. With `on`, only makes a real lake ready to try it. */
  demo(request: DemoRequest, signal: AbortSignal): Promise<void>;
}

export interface LocalCheck {
  /** Contract files, or folders of them; at least one. */
  readonly contracts: readonly string[];
  readonly data: string;
  readonly base: string | null;
  /** Names of tables that may have no data at the base. */
  readonly newTables: readonly string[];
  /** Reference time for freshness, milliseconds since 1970. */
  readonly now: number;
}

export interface LocalDiff extends DiffOptions {
  readonly base: string;
  readonly data: string;
  /** Contract files, or folders of them; none: both paths are one table. */
  readonly contracts: readonly string[];
}

export interface RefDiff extends DiffOptions, WithConfig {
  readonly repository: string;
  /** Branches, tags or commits. */
  readonly base: string;
  readonly head: string;
  /** Names or path prefixes; none: every table that changed. */
  readonly tables: readonly string[];
  /** Contract files, or folders of them; none: those of the configuration, where it names some. */
  readonly contracts: readonly string[];
}

export interface DiffOptions {
  /** Null: the contract's key, without a contract none. */
  readonly key: readonly string[] | null;
  /** Keys of single tables, by name. */
  readonly keyOf: ReadonlyMap<string, readonly string[]>;
  /** Columns whose values may be shown; with a contract its word counts. */
  readonly show: readonly string[] | 'all';
  /** Rows shown of each kind of change. */
  readonly limit: number;
  /** Largest difference that is none, per floating point column, decimal text. */
  readonly tolerance: Readonly<Record<string, string>>;
}

export interface MergeCheck extends WithConfig {
  readonly repository: string;
  /** A branch, tag or commit. */
  readonly source: string;
  readonly destination: string;
  /** Null: conflicts are conflicts. */
  readonly strategy: 'source-wins' | 'dest-wins' | null;
  readonly squash: boolean;
  /** Contract files, or folders of them; none: those of the configuration. */
  readonly contracts: readonly string[];
  /** Address of the Sluice that is to judge; null: this machine. */
  readonly server: string | null;
}

export interface DoctorRequest extends WithConfig {
  /** Null: every repository that the keys see. */
  readonly repository: string | null;
  /** Console port of the Sluice in question; null: the records of this machine. */
  readonly server: string | null;
}

export interface MergeOrder extends MergeCheck {
  /** Null: lakeFS writes one. */
  readonly message: string | null;
  readonly metadata: Readonly<Record<string, string>>;
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

export interface ActionLintRequest extends WithConfig {
  /** Files and folders of this machine; what is none is a repository. */
  readonly targets: readonly string[];
  /** Of repositories; null: the default branch. */
  readonly branch: string | null;
}

export interface LintedActions {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

export interface InitRequest extends WithConfig {
  readonly repository: string;
  /** Null: where the configuration lets the hook listen. */
  readonly hookUrl: string | null;
  /** Null: the configuration's governed branches. */
  readonly branches: readonly string[] | null;
  readonly timeoutMs: number;
  readonly tokenVariable: string;
  readonly apply: boolean;
  /** Branches that get the installed file as well, or every open one. */
  readonly into: readonly string[] | 'open';
}

export interface Installation {
  readonly plan: InstallPlan;
  /** On the default branch; null when it was not asked for, or nothing may be written. */
  readonly placed: Placement | null;
  readonly into: readonly { readonly branch: string; readonly placement: Placement }[];
  /** The open branches as they stand at the end. */
  readonly branches: readonly OpenBranch[];
  /** What the user should know about the file, in sentences. */
  readonly notes: readonly string[];
}

export interface WithConfig {
  /** `--config`; null when it was not given. */
  readonly config: string | null;
}

export interface WithServer extends WithConfig {
  /** Address of a running Sluice's console; null: the records of this machine. */
  readonly server: string | null;
}

/** A real lakeFS that gets what the demo has: data, a contract, the gate, branches to merge. */
export interface DemoLake extends WithConfig {
  readonly repository: string;
  /** Storage namespace for a repository that has to be made; null: in lakeFS's own file system. */
  readonly storage: string | null;
  /** The gate as lakeFS reaches it; null: on this machine. */
  readonly hookUrl: string | null;
  /** How lakectl is called in what is printed. */
  readonly lakectl: string;
}

export interface DemoRequest {
  /** Null: the demo's own stand-in for lakeFS. */
  readonly on: DemoLake | null;
  /** Leave lakeFS's stand-in and the gate running at the end. */
  readonly keep: boolean;
  readonly color: boolean;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
}

export interface KeptFailingRows {
  readonly checks: readonly (KeptRows | NoFailingRows)[];
  /** Null: no longer there. */
  read(number: number): Promise<Uint8Array | null>;
}
