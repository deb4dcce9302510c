import { SluiceError } from '../../core/problem.ts';
import { engineWords } from '../../core/report/text/numbers.ts';
import { compile, sql, value } from '../../core/sql.ts';
import type { EngineSession } from '../ports.ts';
import type { DoctorDeps } from './examination.ts';
import { type Finding, failed, find, type Told } from './finding.ts';

/** Opens a session as a merge would, and tries to get out of it. */
export async function examineEngine(
  { engine, workspace, forbiddenFile }: Pick<DoctorDeps, 'engine' | 'workspace' | 'forbiddenFile'>,
  signal: AbortSignal,
): Promise<Finding> {
  return find({ id: 'engine', repository: null }, signal, () =>
    workspace
      .use(async (runDirectory) => {
        const session = await engine.open({ inputFiles: [], stagedFiles: [], runDirectory }, signal);
        try {
          return await tryLocks(session, { version: engine.version, forbiddenFile }, signal);
        } finally {
          await session.close();
        }
      })
      .catch(failed),
  );
}

async function tryLocks(
  session: EngineSession,
  { version, forbiddenFile }: { readonly version: string; readonly forbiddenFile: string },
  signal: AbortSignal,
): Promise<Told> {
  const [row] = await session.query(
    compile(
      sql`SELECT current_setting('enable_external_access') AS outside, current_setting('lock_configuration') AS locked`,
    ),
    signal,
  );
  if (row?.['outside'] !== false || row['locked'] !== true) return open('it starts with external access on');
  const reading = compile(sql`SELECT count(*) FROM read_text(${value(forbiddenFile)})`);
  const refusal = await session.query(reading, signal).then(() => null, refusalOf);
  if (refusal === null) return open('it reads a file that it was not given');
  return { level: 'ok', detail: `${engineWords(version)}: an unlisted file was refused, external access is off` };
}

/** Any other failure says nothing about the lock. */
function refusalOf(error: unknown): SluiceError {
  if (error instanceof SluiceError && /was refused|is locked/.test(error.problem.message)) return error;
  throw error;
}

function open(what: string): Told {
  return {
    level: 'fail',
    detail: `the engine is not locked down: ${what}`,
    fix: 'Reinstall Sluice: its DuckDB package is not the one it was built for.',
  };
}
