import { REPORT_VERSION, type Report } from '../../../core/report/report.ts';
import type { DecisionStore } from '../../../gate/record-ports.ts';
import type { CheckMerges } from '../../../gate/recorded-checks.ts';
import { json } from '../answer.ts';
import type { Area } from '../console-app.ts';
import type { Route } from '../route.ts';
import { onlyWithToken } from './authorize.ts';
import { checkRoutes } from './check-routes.ts';
import { decisionRoutes } from './decision-routes.ts';
import { type OpenApiFacts, openApiDocument } from './openapi.ts';

export interface ApiDependencies {
  /** None: the API is closed. */
  readonly tokens: readonly string[];
  readonly store: Pick<DecisionStore, 'get' | 'list'>;
  readonly checks: CheckMerges;
  /** Longest time of one check, in milliseconds. */
  readonly checkDeadlineMs: number;
  readonly engine: Report['engine'];
  readonly url: OpenApiFacts['url'];
  readonly reportSchema: OpenApiFacts['reportSchema'];
}

/** The API for scripts. Everything below /api needs a token; its description does not. */
export function apiArea(dependencies: ApiDependencies): Area {
  const { tokens, store, checks, checkDeadlineMs, engine, url, reportSchema } = dependencies;
  const document = openApiDocument({ version: engine.sluice, url, reportSchema });
  const own: readonly Route[] = [
    { method: 'get', path: '/openapi.json', query: [], handle: () => json(200, document) },
    {
      method: 'get',
      path: '/api/v1/version',
      query: [],
      handle: () => json(200, { ...engine, api: 'v1', reportVersion: REPORT_VERSION }),
    },
  ];
  return {
    guard: { prefix: '/api', handler: onlyWithToken(tokens) },
    routes: [...own, ...decisionRoutes(store), ...checkRoutes(checks, checkDeadlineMs)],
  };
}
