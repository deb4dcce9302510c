import type { Report } from '../../../src/core/report/report.ts';
import { richDiff } from './diffs.ts';
import { check, failed, MERGE, report, table } from './reports.ts';

/** Every text that comes from outside, hostile at once: contracts, paths, branches, columns, cells. */
export function hostileReport(text: string): Report {
  const one = failed({
    id: text,
    name: text,
    observed: text,
    expected: text,
    help: text,
    columns: [text],
    objects: [{ path: text, failing: 1 }],
  });
  return report({
    verdict: 'rejected',
    reasons: [text],
    tables: [
      table({
        name: text,
        owner: text,
        location: text,
        contract: { file: text, id: text, version: text, digest: text },
        checks: [{ ...one, contract: { file: text, line: 3 } }, check({ outcome: 'warn', observed: text })],
        diff: richDiff(text),
      }),
    ],
    problems: [{ code: 'contract-invalid', message: text, hint: text, file: text, line: 1 }],
    uncovered: { count: 1, paths: [text] },
    scope: { ...MERGE, source: text, destination: text, committer: text } as Report['scope'],
  });
}
