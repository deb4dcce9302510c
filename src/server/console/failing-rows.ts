/** Failing rows for those who may have them: what is kept of a decision, and one file of it. */
import { SluiceError } from '../../core/problem.ts';
import type { FailingRowsReader, KeptRows, NoFailingRows } from '../../gate/failing-rows-ports.ts';
import { rowsFileName } from '../../gate/failing-rows-words.ts';
import type { Decision } from '../../gate/record-ports.ts';
import type { Answer } from './answer.ts';
import type { Viewer } from './pages/session.ts';

export interface FailingRowsAccess {
  readonly reader: FailingRowsReader;
  /** For the auditor; pino's logger fits. */
  readonly log: { info(fields: object, message: string): void };
}

/** Failing rows on a server that keeps none. */
export const NO_FAILING_ROWS: FailingRowsAccess = {
  reader: { list: async () => [], read: async () => null },
  log: { info: () => {} },
};

/** A decision that repeats another one has read no data: its rows are the other's. */
export function keptOf(
  { id, replayOf }: Pick<Decision, 'id' | 'replayOf'>,
  { reader }: FailingRowsAccess,
): Promise<readonly (KeptRows | NoFailingRows)[]> {
  return reader.list(replayOf ?? id);
}

/**
 * Stops who may see the decision and not its rows.
 *
 * @throws SluiceError `failing-rows-forbidden`
 */
export function requireRows({ repository }: Pick<Decision, 'repository'>, viewer: Viewer): void {
  if (viewer.mayReadRows(repository)) return;
  throw new SluiceError({
    code: 'failing-rows-forbidden',
    message: 'You may see this decision, and not download its failing rows.',
    hint: 'Whoever runs Sluice allows it with `rows` in console.access.',
  });
}

/**
 * One file, for whoever may have it; the log tells who had what.
 *
 * @param number as the path has it
 * @throws SluiceError `failing-rows-forbidden`, `failing-rows-not-found`
 */
export async function rowsFile(
  decision: Decision,
  number: string,
  viewer: Viewer,
  access: FailingRowsAccess,
): Promise<Answer> {
  requireRows(decision, viewer);
  const from = decision.replayOf ?? decision.id;
  const kept = (await access.reader.list(from)).find(
    (one): one is KeptRows => one.kind === 'rows' && String(one.number) === number,
  );
  const body = kept === undefined ? null : await access.reader.read(from, kept.number);
  if (kept === undefined || body === null) {
    throw new SluiceError({
      code: 'failing-rows-not-found',
      message: 'There is no such file of failing rows, or no longer.',
      hint: 'They are kept for some time (failingRows.keepDays); the list of the decision shows what is left.',
    });
  }
  const { table, check } = kept;
  const who = { who: viewer.name, repository: decision.repository, decision: decision.id };
  access.log.info({ ...who, table, check, file: kept.number, bytes: body.byteLength }, 'failing rows downloaded');
  return {
    status: 200,
    contentType: 'application/vnd.apache.parquet',
    body,
    headers: {
      'Content-Disposition': `attachment; filename="${decision.id}-${rowsFileName(kept)}"`,
      'X-Sluice-Decision': decision.id,
    },
  };
}
