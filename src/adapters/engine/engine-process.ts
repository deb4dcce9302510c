import type { ChildProcess } from 'node:child_process';
import { type Launcher, launch } from './launch.ts';
import type { EngineAnswers, EngineCommand, FromChild, ToChild } from './protocol.ts';

/** How a command ended; nothing here rejects. */
export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** DuckDB's own words, which may quote row values. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The process ended before it answered. */
  | { readonly kind: 'gone'; readonly exit: Exit };

export interface Exit {
  /** For people: `signal SIGKILL`, `exit code 1`. */
  readonly how: string;
  /** The end of what the process wrote to its error output, for the log. */
  readonly stderr: string;
}

export interface Asked<T> {
  readonly outcome: Promise<Outcome<T>>;
  /** Asks DuckDB to give up on this command. */
  interrupt(): void;
}

/** The gate's side of one engine process. */
export interface EngineProcess {
  ask<C extends EngineCommand>(command: C): Asked<EngineAnswers[C['kind']]>;
  isAlive(): boolean;
  /** Lets the gate end while this process is idle; `hold` takes that back. */
  release(): void;
  hold(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Bytes of error output kept. */
const MAX_STDERR = 4_096;

/**
 * Starts an engine process. A process that cannot start answers `gone` to everything. `onDied` is told when it ends
 * without {@link EngineProcess.kill}.
 */
export function startProcess(launcher: Launcher, onDied: () => void = () => {}): EngineProcess {
  const child = launch(launcher);
  const waiting = new Map<number, (outcome: Outcome<never>) => void>();
  const ended = watch(child, waiting);
  let exit: Exit | null = null;
  let killed = false;
  let lastId = 0;
  void ended.then((seen) => {
    exit = seen;
    if (!killed) onDied();
  });

  return {
    ask: (command) => {
      lastId += 1;
      const id = lastId;
      if (exit !== null) return { outcome: Promise.resolve({ kind: 'gone', exit }), interrupt: () => {} };
      const outcome = new Promise<Outcome<never>>((resolve) => {
        waiting.set(id, resolve);
        post(child, { kind: 'command', id, command });
      });
      return { outcome, interrupt: () => post(child, { kind: 'interrupt', id }) };
    },
    isAlive: () => exit === null && child.connected,
    release: () => setReferenced(child, false),
    hold: () => setReferenced(child, true),
    kill: async () => {
      killed = true;
      setReferenced(child, true);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Routes answers to those who wait, and tells them all when the process ends. */
function watch(child: ChildProcess, waiting: Map<number, (outcome: Outcome<never>) => void>): Promise<Exit> {
  const stderr = captureTail(child);
  child.on('message', (reply: FromChild) => {
    const resolve = waiting.get(reply.id);
    waiting.delete(reply.id);
    // The answer's type belongs to the command with this id: ask() and the child's switch pair them.
    if (reply.ok) resolve?.({ kind: 'value', value: reply.value as never });
    else resolve?.({ kind: 'failed', message: reply.message });
  });
  return new Promise((resolve) => {
    const end = (how: string) => {
      const exit = { how, stderr: stderr() };
      for (const answer of waiting.values()) answer({ kind: 'gone', exit });
      waiting.clear();
      resolve(exit);
    };
    child.once('error', (error) => {
      child.kill('SIGKILL');
      end(`it could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

function captureTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    tail = (tail + text).slice(-MAX_STDERR);
  });
  return () => tail;
}

/** A channel that closes under our hands is an exit that is about to be seen. */
function post(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

function setReferenced(child: ChildProcess, referenced: boolean): void {
  const handles = [child, child.channel, child.stderr as { ref?: () => void; unref?: () => void } | null];
  for (const handle of handles) {
    if (referenced) handle?.ref?.();
    else handle?.unref?.();
  }
}
