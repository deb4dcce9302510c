import type { DecisionRecords } from '../../gate/doctor/ports.ts';
import type { ConsoleAccess } from './ask-console.ts';
import { listDecisions } from './remote-records.ts';

/** Merge commits have few decisions: one per try. */
const MOST = 500;

/** The records of a running Sluice, for the doctor. Rejects like {@link listDecisions}. */
export function createRemoteDecisions(access: ConsoleAccess): DecisionRecords {
  return {
    where: `the records of ${access.url}`,
    certain: true,
    ofMergeCommit: (repository, mergeCommit, signal) =>
      listDecisions(access, { repository, mergeCommit, limit: MOST }, signal),
    ofBranch: (repository, branch, signal) => listDecisions(access, { repository, branch, limit: MOST }, signal),
  };
}
