/**
 * What travels between the gate and an engine process over Node's JSON channel. The gate asks one thing at a time;
 * only `interrupt` may overtake.
 */
import type { SqlValue } from '../../core/sql.ts';

/** Limits of one engine process. */
export interface EngineLimits {
  readonly threads: number;
  /** DuckDB's own limit, in bytes. */
  readonly memoryBytes: number;
  /** Spill files, in bytes. */
  readonly maxTempBytes: number;
}

export type EngineCommand =
  /** Opens DuckDB, not yet locked. The first command, answered while the process is still a spare. */
  | { readonly kind: 'warm'; readonly limits: EngineLimits }
  /** Fixes the files and locks the configuration, for good. */
  | {
      readonly kind: 'lock';
      readonly allowedPaths: readonly string[];
      readonly tempDirectory: string;
      readonly maxTempBytes: number;
    }
  /** Parses each text, nothing more, and returns its syntax tree as JSON text. */
  | { readonly kind: 'parse'; readonly statements: readonly string[] }
  /** Runs exactly one statement. */
  | {
      readonly kind: 'run';
      readonly sql: string;
      readonly parameters: readonly SqlValue[];
      readonly maxRows: number;
      readonly selectOnly: boolean;
    };

/** What each command is answered with. */
export interface EngineAnswers {
  readonly warm: WarmFacts;
  readonly lock: null;
  readonly parse: readonly string[];
  readonly run: RunResult;
}

export interface WarmFacts {
  /** As DuckDB says it: `v1.5.6`. */
  readonly duckdb: string;
  /** Names of all aggregate functions, lower case. */
  readonly aggregates: readonly string[];
}

export interface RunResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** True when there were more rows than `maxRows`. */
  readonly truncated: boolean;
}

export type ToChild =
  | { readonly kind: 'command'; readonly id: number; readonly command: EngineCommand }
  /** Repeated by the child until the command has ended: DuckDB forgets an interrupt that comes too early. */
  | { readonly kind: 'interrupt'; readonly id: number };

export type FromChild =
  | { readonly id: number; readonly ok: true; readonly value: EngineAnswers[EngineCommand['kind']] }
  /** `message` is DuckDB's own, which may quote row values: never shown as it is. */
  | { readonly id: number; readonly ok: false; readonly message: string };
