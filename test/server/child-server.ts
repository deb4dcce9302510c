/** A hook server with a fake judge, to be killed: `child-server.ts DIRECTORY MILLISECONDS-PER-RUN`. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { decisionId } from '../../src/gate/decision-id.ts';
import { createLogger } from '../../src/server/create-logger.ts';
import { startHookServer } from '../../src/server/start-hook-server.ts';
import { ENGINE, fakeJudge, NO_LAKE } from '../gate/fake-judge.ts';
import { renderText, serverConfig } from './running-server.ts';

const [directory = '', milliseconds = '0'] = process.argv.slice(2);
const store = openStore(join(directory, 'decisions.db'));
const judge = fakeJudge({
  run: (signal) => sleep(Number(milliseconds), 'approved' as const, { signal }),
  metaRange: ({ commitId }) => commitId ?? '',
});
const server = await startHookServer({
  config: { ...serverConfig(), shutdownGraceMs: 1_000, maxConcurrentRuns: 4, queueLength: 100 },
  judge,
  lake: NO_LAKE,
  store,
  clock: { now: () => Date.now() },
  newId: () => decisionId(Date.now(), randomBytes),
  log: createLogger({ level: 'fatal' }),
  engine: ENGINE,
  renderText,
});
process.once('SIGTERM', async () => {
  await server.stop();
  store.close();
  process.exit(0);
});
writeSync(1, `${server.url}\n`);
