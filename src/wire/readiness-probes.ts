import { probeDisk } from '../adapters/store/probe-disk.ts';
import { compile, sql } from '../core/sql.ts';
import type { QueryEngine, Workspace } from '../gate/ports.ts';
import type { DecisionStore } from '../gate/record-ports.ts';
import type { RepositoryReader } from '../gate/repository-ports.ts';
import { type Probe, SHORT_MS } from '../server/console/health/readiness.ts';

export interface ProbeParts {
  readonly reader: Pick<RepositoryReader, 'version' | 'currentUser'>;
  readonly engine: QueryEngine;
  readonly workspace: Workspace;
  readonly store: Pick<DecisionStore, 'outlines'>;
  readonly stateDir: string;
}

/** Opening an engine takes a third of a second of a core, so one that has opened counts for a minute. */
const ENGINE_FRESH_MS = 60_000;

/** Everything that a merge needs to be judged. */
export function readinessProbes({ reader, engine, workspace, store, stateDir }: ProbeParts): readonly Probe[] {
  return [
    {
      name: 'lakefs',
      timeoutMs: 4_000,
      freshMs: SHORT_MS,
      run: async (signal) => {
        const [version] = await Promise.all([reader.version(signal), reader.currentUser(signal)]);
        return `lakeFS ${version} takes our keys`;
      },
    },
    {
      name: 'engine',
      timeoutMs: 4_000,
      freshMs: ENGINE_FRESH_MS,
      run: (signal) => workspace.use((runDirectory) => askEngine(engine, runDirectory, signal)),
    },
    {
      name: 'records',
      timeoutMs: 4_000,
      freshMs: SHORT_MS,
      run: async () => {
        store.outlines({ limit: 1 });
        await probeDisk(stateDir);
        return 'the records can be read, their disk can be written';
      },
    },
  ];
}

async function askEngine(engine: QueryEngine, runDirectory: string, signal: AbortSignal): Promise<string> {
  const session = await engine.open({ inputFiles: [], stagedFiles: [], runDirectory }, signal);
  try {
    await session.query(compile(sql`SELECT 1 AS one`), signal);
    return `${engine.version} answers`;
  } finally {
    await session.close();
  }
}
