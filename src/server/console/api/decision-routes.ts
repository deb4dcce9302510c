import { SluiceError } from '../../../core/problem.ts';
import { RENDERERS, REPORT_FORMATS, type ReportFormat } from '../../../core/report/formats.ts';
import { REPORT_VERSION, type Report } from '../../../core/report/report.ts';
import type { Decision, DecisionStore } from '../../../gate/record-ports.ts';
import { type Answer, json } from '../answer.ts';
import type { Route } from '../route.ts';
import { FILTER_NAMES, oneOf, readFilter } from './read-filter.ts';

/** What was decided, and why. */
export function decisionRoutes(store: Pick<DecisionStore, 'get' | 'outlines'>): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/decisions',
      query: FILTER_NAMES,
      handle: ({ query }) => json(200, page(store, query)),
    },
    {
      method: 'get',
      path: '/api/v1/decisions/{id}',
      query: [],
      handle: ({ path }) => json(200, shown(findDecision(store, path['id'] ?? ''))),
    },
    {
      method: 'get',
      path: '/api/v1/decisions/{id}/report',
      query: ['format'],
      handle: ({ path, query }) => decisionReport(findDecision(store, path['id'] ?? ''), query.get('format') ?? 'json'),
    },
  ];
}

/** A decision without its report, which has a path of its own. */
export function shown({ report, ...decision }: Decision): object {
  return { ...decision, hasReport: report !== null };
}

/** One more than asked for tells whether there are more. */
function page(store: Pick<DecisionStore, 'get' | 'outlines'>, query: ReadonlyMap<string, string>): object {
  const filter = readFilter(query);
  if (filter.before !== undefined && store.get(filter.before) === null) {
    const message = '`before` names no decision.';
    throw new SluiceError({ code: 'parameter-invalid', message, hint: 'Give `next` of the page before.' });
  }
  const found = store.outlines({ ...filter, limit: filter.limit + 1 });
  const decisions = found.slice(0, filter.limit);
  return {
    decisions: decisions.map(({ findings: _findings, ...decision }) => decision),
    next: found.length > filter.limit ? (decisions.at(-1)?.id ?? null) : null,
  };
}

/**
 * The decision of this id, when its repository may be seen.
 *
 * @throws SluiceError `decision-not-found`
 */
export function findDecision(
  store: Pick<DecisionStore, 'get'>,
  id: string,
  maySee: (repository: string) => boolean = () => true,
): Decision {
  const decision = store.get(id);
  if (decision !== null && maySee(decision.repository)) return decision;
  const message = 'There is no decision of this id.';
  throw new SluiceError({ code: 'decision-not-found', message, hint: 'Give the whole id, as lists and logs show it.' });
}

/** A new format does not compile without its type. */
const CONTENT_TYPES: Readonly<Record<ReportFormat, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
  sarif: 'application/sarif+json; charset=utf-8',
  github: 'text/plain; charset=utf-8',
};

/** The page brings its own style and nothing else; even if it held a script, it could not run. */
const PAGE_POLICY = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
};

/**
 * The report in one of the formats.
 *
 * @throws SluiceError `parameter-invalid`, `report-missing`, `report-version-unknown`
 */
export function decisionReport({ id, state, report }: Decision, wanted: string): Answer {
  const format = oneOf('format', wanted, REPORT_FORMATS);
  if (report === null) {
    const message = `The decision ${id} is ${state} and has no report.`;
    throw new SluiceError({ code: 'report-missing', message });
  }
  // JSON is the record itself, byte for byte.
  const body = format === 'json' ? report : RENDERERS[format](parseReport(report));
  const headers = { 'X-Sluice-Decision': id, ...(format === 'html' ? PAGE_POLICY : {}) };
  return { status: 200, contentType: CONTENT_TYPES[format], body, headers };
}

function parseReport(text: string): Report {
  const report = JSON.parse(text) as Report;
  if (report.reportVersion === REPORT_VERSION) return report;
  const message = `The report is of version ${String(report.reportVersion)}, this sluice shows ${REPORT_VERSION}.`;
  throw new SluiceError({ code: 'report-version-unknown', message, hint: 'Take it as it is with format=json.' });
}
