import { isImport } from '../../core/event/replayed-commit.ts';
import { configured } from './by-configuration.ts';
import { approved, type EventRule, question, rejected, unpreviewable } from './event-rule.ts';

/**
 * A commit is judged on its branch. With nothing staged there the commit may still bring anything: a client can name a
 * tree of its own (`source_metarange`), which lakeFS does only where nothing is staged, and does not tell. An import comes as a commit and cannot be read before it is there: it is denied
 * unless `events.import` allows it. A client could mark a commit of its own as an import, so the permission is only for
 * what a true import needs: a branch on which nothing is staged.
 */
export const preCommit: EventRule = {
  answer: (event, policy) => {
    if (!isImport(event)) return configured(event, policy);
    return policy.events.import === 'deny' ? importDenied(event.branch ?? '') : null;
  },
  look: async (event, { lake, policy }, signal) => {
    const { repository, branch = '' } = event;
    const staged = await lake.uncommitted(repository, branch, signal);
    if (!isImport(event)) {
      return staged.length > 0 ? question([event]) : unpreviewable(event, policy, 'nothing is staged on the branch');
    }
    if (staged.length > 0) return configured(event, policy) ?? question([event]);
    return approved(`Imports on ${branch} are allowed by configuration (events.import), so nothing was validated.`);
  },
};

function importDenied(branch: string) {
  return rejected({
    code: 'forbidden-import',
    message: `Imports on ${branch} are denied by configuration: their objects cannot be read before they are there.`,
    hint: `Import into a branch of your own and merge it into ${branch}, or set events.import: allow.`,
  });
}
