import type { ServerResponse } from 'node:http';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import type { DecisionStore } from '../gate/record-ports.ts';
import { boundedBody } from './bounded-body.ts';

export interface ApprovalDependencies {
  readonly store: Pick<DecisionStore, 'get'>;
  readonly renderText: (report: Report) => string;
}

/**
 * The only function that lets a merge happen. lakeFS decides by the status line alone, so the line is sent last in
 * thought: the row is read back from the records, must be approved there, with a report that says the same, and then
 * status, headers and the whole body leave in one write. Throws `approval-unfounded`, having sent nothing, when the
 * records do not bear it out.
 */
export function sendApproval(response: ServerResponse, decisionId: string, dependencies: ApprovalDependencies): void {
  const decision = dependencies.store.get(decisionId);
  const report = decision?.state === 'approved' && decision.status === 200 ? parseReport(decision.report) : null;
  if (report?.verdict !== 'approved' || response.headersSent) {
    throw new SluiceError({
      code: 'approval-unfounded',
      message: `The records do not hold an approval under ${decisionId}.`,
    });
  }
  const body = boundedBody(withDecisionId(dependencies.renderText(report), decisionId));
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Sluice-Decision': decisionId,
  });
  response.end(body);
}

/** The report's text names the decision it belongs to, whatever its renderer chose to show. */
export function withDecisionId(text: string, decisionId: string): string {
  return text.includes(decisionId) ? text : `decision ${decisionId}\n${text}`;
}

function parseReport(text: string | null): Report | null {
  return text === null ? null : (JSON.parse(text) as Report);
}
