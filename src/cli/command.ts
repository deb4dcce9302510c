import type { Ending } from './exit-code.ts';
import type { Services } from './services.ts';

/** A stream as far as commands need one. */
export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** The world as a command sees it. */
export interface Context {
  /** What the user typed to get here, for help: `sluice`, or `lakectl sluice` as its plugin. */
  readonly program: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Loads what the command really needs, so that help is quick. */
  readonly services: () => Promise<Services>;
}

export interface Option {
  readonly name: string;
  /** Name of the value in help; a switch when absent. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** May be given several times, and takes several values at once, as shells expand `contracts/*.yaml`. */
  readonly many?: true;
  /** May be given several times, with one value each. */
  readonly repeatable?: true;
  readonly help: string;
}

export interface Positional {
  readonly name: string;
  readonly many?: true;
  readonly choices?: readonly string[];
}

/** One way to call a command that has several, or that takes several arguments. */
export interface Form {
  /** What the call is about: `a merge`. */
  readonly about: string;
  /** What follows the command's name in a call. */
  readonly usage: string;
  /** Its arguments in their order; all of them or none. */
  readonly positionals: readonly string[];
  /** Names of options that it cannot do without. */
  readonly needs: readonly string[];
  /** Names of options that the command's other forms do not take. */
  readonly only: readonly string[];
}

/** One command: what help shows, what the parser accepts, and what it does. */
export interface Command {
  /** One word or several: `contract lint`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the name in a call; forms have their own. */
  readonly usage?: string;
  /** Sentences below the usage, a line each. */
  readonly details: readonly string[];
  readonly options: readonly Option[];
  /** Required where there is one. */
  readonly positional?: Positional;
  /** Where there are some, every call fits one of them. */
  readonly forms?: readonly Form[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  run(input: Input, context: Context): Promise<Ending>;
}

/** What the user typed, checked against the command's table. */
export interface Input {
  /** Values of options that were given, by name; switches have none. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** The value of an option that takes one, or null. */
export function optionValue(input: Input, name: string): string | null {
  return input.options.get(name)?.[0] ?? null;
}

/** Terminals get colours unless the user says otherwise (no-color.org, force-color.org). */
export function wantsColor(output: Output, env: Context['env']): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0';
  return output.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
