import type { KeptRows, NoFailingRows } from '../../../gate/failing-rows-ports.ts';
import { NO_ROWS_WORDS } from '../../../gate/failing-rows-words.ts';
import type { Decision, DecisionStore } from '../../../gate/record-ports.ts';
import { json } from '../answer.ts';
import { type FailingRowsAccess, keptOf, requireRows, rowsFile } from '../failing-rows.ts';
import type { Call, Route } from '../route.ts';
import { findDecision } from './decision-routes.ts';

/** The failing rows of a decision, for operators and for tokens of console.access with `rows`. */
export function failingRowsRoutes(store: Pick<DecisionStore, 'get'>, access: FailingRowsAccess): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/decisions/{id}/failing-rows',
      query: [],
      forViewers: true,
      handle: async (call) => {
        const { decision, viewer } = asked(store, call);
        requireRows(decision, viewer);
        return json(200, listOf(decision, await keptOf(decision, access)), { 'X-Sluice-Decision': decision.id });
      },
    },
    {
      method: 'get',
      path: '/api/v1/decisions/{id}/failing-rows/{number}.parquet',
      query: [],
      forViewers: true,
      handle: (call) => {
        const { decision, viewer } = asked(store, call);
        return rowsFile(decision, call.path['number'] ?? '', viewer, access);
      },
    },
  ];
}

/** A decision of a repository that the caller may not see looks as if it were not there. */
function asked(store: Pick<DecisionStore, 'get'>, { path, viewer }: Call) {
  const decision = findDecision(store, path['id'] ?? '', (repository) => viewer?.maySee(repository) ?? false);
  if (viewer === null) throw new TypeError('a path below /api was reached by nobody');
  return { decision, viewer };
}

function listOf(decision: Decision, kept: readonly (KeptRows | NoFailingRows)[]): object {
  const files = kept.flatMap((one) => {
    if (one.kind === 'none') return [];
    const { kind: _kind, ...told } = one;
    return [{ ...told, path: `/api/v1/decisions/${decision.id}/failing-rows/${one.number}.parquet` }];
  });
  const without = kept.flatMap((one) =>
    one.kind === 'rows' ? [] : [{ table: one.table, check: one.check, why: one.why, message: NO_ROWS_WORDS[one.why] }],
  );
  return { decision: decision.id, keptFor: decision.replayOf ?? decision.id, files, without };
}
