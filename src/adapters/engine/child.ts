/**
 * Entry of the engine process: answers the commands of {@link file://./protocol.ts} until its parent is gone. It holds
 * one DuckDB in memory and nothing of the gate: no configuration, no secrets, no network.
 */
import { createDatabase, type Database } from './database.ts';
import type { EngineAnswers, EngineCommand, FromChild, ToChild } from './protocol.ts';

/** How often a running statement is interrupted once it has to stop, in milliseconds. */
const INTERRUPT_EVERY_MS = 50;
/** Longest error text sent to the parent; DuckDB quotes whole lines of bad files. */
const MAX_MESSAGE = 4_096;

serve();

function serve(): void {
  const database = createDatabase();
  let running: number | null = null;

  process.on('message', (message: ToChild) => {
    if (message.kind === 'interrupt') {
      repeatInterrupt(database, () => running === message.id);
      return;
    }
    running = message.id;
    void answer(database, message.command).then((reply) => {
      running = null;
      send({ ...reply, id: message.id });
    });
  });
  // process.exit waits for the running query, perhaps for ever; the parent that would read the answer is gone.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C reaches the whole process group; the parent decides when we end.
  process.on('SIGINT', () => {});
}

type Reply =
  | { readonly ok: true; readonly value: EngineAnswers[EngineCommand['kind']] }
  | { readonly ok: false; readonly message: string };

async function answer(database: Database, command: EngineCommand): Promise<Reply> {
  try {
    return { ok: true, value: await obey(database, command) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, message: message.slice(0, MAX_MESSAGE) };
  }
}

function obey(database: Database, command: EngineCommand): Promise<EngineAnswers[EngineCommand['kind']]> {
  switch (command.kind) {
    case 'warm':
      return database.warm(command.limits);
    case 'lock':
      return database.lock(command);
    case 'parse':
      return database.parse(command.statements);
    case 'run':
      return database.run(command);
  }
}

function repeatInterrupt(database: Database, isRunning: () => boolean): void {
  if (!isRunning()) return;
  database.interrupt();
  setTimeout(() => repeatInterrupt(database, isRunning), INTERRUPT_EVERY_MS);
}

function send(reply: FromChild): void {
  if (process.connected) process.send?.(reply);
}
