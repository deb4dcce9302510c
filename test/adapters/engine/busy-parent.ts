/** A program that owns a session in the middle of a statement that cannot be interrupted, and a spare. */
import { NEVER, run, testEngine } from './harness.ts';

const engine = testEngine({ spares: 2, statementTimeoutMs: 60_000 });
const request = { inputFiles: [], stagedFiles: [], runDirectory: process.argv[2] ?? '/tmp' };
const session = await engine.open(request, NEVER);
setTimeout(() => process.stdout.write('busy\n'), 500);
await run(session, `SELECT levenshtein(repeat('a', 300000), repeat('b', 300000)) AS n`);
