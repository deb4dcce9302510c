import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { REPORT_VERSION } from '../../core/report/report.ts';
import type { Decision, DecisionFilter } from '../../gate/record-ports.ts';
import { askConsole, type ConsoleAccess, notSluice } from './ask-console.ts';

const DECISIONS = '/api/v1/decisions';
/** The most a console gives at once. */
const PAGE = 500;
/** Decisions that a shortened reference is looked for among. */
const MAX_SEARCHED = 10_000;

const TEXT = { type: 'string' } as const;
const TEXT_OR_NULL = { type: ['string', 'null'] } as const;

/** What is shown of a row; the rest is passed on as it came. */
const ROW = {
  type: 'object',
  required: ['id', 'state', 'replayOf', 'repository', 'branch', 'source', 'mergeCommit', 'status', 'receivedAt'],
  properties: {
    id: { type: 'string', pattern: '^\\w{1,64}$' },
    state: { enum: ['running', 'approved', 'rejected', 'undecided', 'abandoned'] },
    replayOf: TEXT_OR_NULL,
    event: TEXT,
    repository: TEXT,
    branch: TEXT,
    source: TEXT,
    mergeCommit: TEXT,
    status: { type: ['integer', 'null'] },
    receivedAt: TEXT,
  },
} as const;

interface DecisionPage {
  readonly decisions: readonly Decision[];
  readonly next: string | null;
}

const ajv = new Ajv2020({ strict: false });
const isRow: ValidateFunction = ajv.compile(ROW);
const isPage: ValidateFunction = ajv.compile({
  type: 'object',
  required: ['decisions', 'next'],
  properties: { decisions: { type: 'array', maxItems: PAGE, items: ROW }, next: TEXT_OR_NULL },
});

/**
 * Newest first. Their reports are null: they have a path of their own. Rejects with the `server-...` codes of
 * ask-console.ts.
 */
export async function listDecisions(
  access: ConsoleAccess,
  { limit, ...filter }: DecisionFilter,
  signal: AbortSignal,
): Promise<readonly Decision[]> {
  const found: Decision[] = [];
  let before = filter.before;
  while (found.length < limit) {
    const amount = Math.min(PAGE, limit - found.length);
    const query = { ...filter, ...(before === undefined ? {} : { before }), limit: String(amount) };
    const answer = await askConsole(access, `${DECISIONS}?${new URLSearchParams(query)}`, signal);
    if (answer.kind === 'missing' || !isPage(answer.json)) throw notSluice(access.url, 'it gives no list of decisions');
    const { decisions, next } = answer.json as DecisionPage;
    found.push(...decisions.map(withoutReport));
    if (next === null || decisions.length === 0) break;
    before = next;
  }
  return found;
}

/** Every decision whose id or merge commit begins with the reference; of shortened ones, among the newest 10,000. */
export async function findRemotely(
  access: ConsoleAccess,
  reference: string,
  signal: AbortSignal,
): Promise<readonly Decision[]> {
  if (/^[0-9a-f]{64}$/.test(reference)) {
    return listDecisions(access, { mergeCommit: reference, limit: PAGE }, signal);
  }
  if (/^\w{26}$/.test(reference)) {
    const answer = await askConsole(access, `${DECISIONS}/${reference}`, signal);
    if (answer.kind === 'found') {
      if (!isRow(answer.json)) throw notSluice(access.url, 'its decision is not one');
      return [withoutReport(answer.json as Decision)];
    }
  }
  const newest = await listDecisions(access, { limit: MAX_SEARCHED }, signal);
  return newest.filter(({ id, mergeCommit }) => id.startsWith(reference) || mergeCommit.startsWith(reference));
}

/**
 * The report of a decision, as it was recorded; null when it has none. A report of this version must be one of this
 * decision; what is of another version is for the reader to see.
 */
export async function remoteReport(
  access: ConsoleAccess,
  { id, reportSchema }: { readonly id: string; readonly reportSchema: object },
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await askConsole(access, `${DECISIONS}/${encodeURIComponent(id)}/report?format=json`, signal);
  if (answer.kind === 'missing') return null;
  const { reportVersion, scope } = (answer.json ?? {}) as { reportVersion?: unknown; scope?: { decisionId?: unknown } };
  if (typeof reportVersion !== 'string') throw notSluice(access.url, 'its report is not one');
  if (reportVersion !== REPORT_VERSION) return answer.body;
  const isReport = new Ajv2020({ strict: false }).compile(reportSchema);
  if (!isReport(answer.json) || scope?.decisionId !== id)
    throw notSluice(access.url, 'its report is not the decision’s');
  return answer.body;
}

function withoutReport(row: Decision): Decision {
  return { ...row, report: null };
}
