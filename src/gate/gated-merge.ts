import { type Problem, SluiceError } from '../core/problem.ts';
import type { Report, VerdictWord } from '../core/report/report.ts';
import { mergeRefusal } from './merge-refusal.ts';
import type { MergeQuestion } from './recorded-checks.ts';
import type { ChangeOutcome, MergeRequest, RepositoryReader, RepositoryWriter } from './repository-ports.ts';

export interface MergeOrder extends MergeQuestion, Pick<MergeRequest, 'message'> {
  /** The user's own; none of its keys is one of Sluice's. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How check and merge ended. */
export type GatedMergeEnd =
  | { readonly kind: 'merged'; readonly report: Report; readonly commitId: string }
  /** The check did not approve, so nothing was tried. */
  | { readonly kind: 'withheld'; readonly report: Report }
  /** The check approved, and lakeFS did not merge, or did not say that it had. */
  | {
      readonly kind: 'not-merged';
      readonly report: Report;
      readonly problem: Problem;
      readonly verdict: Exclude<VerdictWord, 'approved'>;
    };

export interface GatedMergeDeps {
  readonly check: (question: MergeQuestion, signal: AbortSignal) => Promise<CheckAnswer>;
  readonly writer: Pick<RepositoryWriter, 'merge'>;
  readonly reader: Pick<RepositoryReader, 'resolve'>;
  readonly version: string;
  readonly onStage: (stage: string) => void;
}

export interface CheckAnswer {
  readonly report: Report;
  /** Page of the decision, where people have one. */
  readonly link: string | null;
}

/** Long enough for one answer; the user waits, or has pressed Ctrl-C. */
const LOOK_MS = 10_000;
const MAX_CONTRACTS = 20;

/**
 * Checks, and merges what was approved; the merge commit says who approved it. Whatever gates the branch judges again
 * at the merge itself, so that a destination that has moved meanwhile does no harm.
 */
export async function gatedMerge(order: MergeOrder, deps: GatedMergeDeps, signal: AbortSignal): Promise<GatedMergeEnd> {
  const { message, metadata, ...question } = order;
  const { report, link } = await deps.check(question, signal);
  signal.throwIfAborted();
  if (report.verdict !== 'approved') return { kind: 'withheld', report };
  deps.onStage('merging');
  const request = {
    ...question,
    ...(message === undefined ? {} : { message }),
    metadata: { ...metadata, ...verdictMetadata(report, link, deps.version) },
  };
  try {
    return endOf(await deps.writer.merge(request, signal), report, order);
  } catch (error) {
    return endOfDoubt(error, report, order, deps.reader);
  }
}

function endOf(outcome: ChangeOutcome, report: Report, order: MergeOrder): GatedMergeEnd {
  if (outcome.kind === 'done') return { kind: 'merged', report, commitId: outcome.commitId };
  const problem = mergeRefusal(outcome, order);
  const verdict = outcome.kind === 'hook-refused' && saysNo(outcome.message) ? 'rejected' : 'undecided';
  return { kind: 'not-merged', report, problem, verdict };
}

/** A hook that answers 422 or 403 has judged; every other answer, or none, means that it could not. */
function saysNo(message: string): boolean {
  return /status code: (?:403|422)\b/.test(message);
}

/** lakeFS may have merged before the connection broke: the destination's head tells, when it is ours. */
async function endOfDoubt(
  error: unknown,
  report: Report,
  order: MergeOrder,
  reader: GatedMergeDeps['reader'],
): Promise<GatedMergeEnd> {
  if (!(error instanceof SluiceError)) throw error;
  const decision = decisionOf(report);
  const head = await reader
    .resolve(order.repository, order.destination, AbortSignal.timeout(LOOK_MS))
    .catch(() => null);
  if (head !== null && head.metadata[DECISION_KEY] === decision) return { kind: 'merged', report, commitId: head.id };
  const said = error.problem.code === 'lakefs-error' || error.problem.code === 'lakefs-unauthorized';
  return {
    kind: 'not-merged',
    report,
    problem: said ? error.problem : unknownEnd(order, decision, error),
    verdict: 'undecided',
  };
}

function unknownEnd({ repository, destination }: MergeOrder, decision: string, error: SluiceError): Problem {
  return {
    code: 'merge-unknown',
    message: `lakeFS did not say whether it merged: ${error.message}`,
    hint: `\`lakectl log lakefs://${repository}/${destination}\` tells: the merge has ${DECISION_KEY} ${decision}.`,
  };
}

const DECISION_KEY = 'sluice.decision';

/** What the merge commit says of its check. lakeFS's pages make a button of the link. */
function verdictMetadata(report: Report, link: string | null, version: string): Readonly<Record<string, string>> {
  const contracts = contractsOf(report);
  return {
    'sluice.verdict': report.verdict,
    [DECISION_KEY]: decisionOf(report),
    ...(contracts === '' ? {} : { 'sluice.contracts': contracts }),
    'sluice.version': version,
    ...(link === null ? {} : { '::lakefs::Sluice::url[url:ui]': link }),
  };
}

/** `shop@1.2.0, crm@3.0.1`: those that governed something in this merge, as many as a commit should carry. */
function contractsOf({ tables }: Report): string {
  const names = [...new Set(tables.map(({ contract }) => `${contract.id}@${contract.version}`))].toSorted();
  const more = names.length - MAX_CONTRACTS;
  return [...names.slice(0, MAX_CONTRACTS), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function decisionOf({ scope }: Report): string {
  return scope.kind === 'merge' ? scope.decisionId : '';
}
