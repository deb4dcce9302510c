import { REPORT_VERSION, type Report } from '../../../core/report/report.ts';
import type { DecisionStore } from '../../../gate/record-ports.ts';
import type { CheckMerges } from '../../../gate/recorded-checks.ts';
import { json } from '../answer.ts';
import type { Area } from '../console-app.ts';
import { type FailingRowsAccess, NO_FAILING_ROWS } from '../failing-rows.ts';
import type { AccessRule } from '../pages/access.ts';
import type { Route } from '../route.ts';
import { onlyWithToken } from './authorize.ts';
import { checkRoutes } from './check-routes.ts';
import { decisionRoutes } from './decision-routes.ts';
import { failingRowsRoutes } from './failing-rows-routes.ts';
import { type OpenApiFacts, openApiDocument } from './openapi.ts';

export interface ApiDependencies {
  /** None: the API is closed. */
  readonly tokens: readonly string[];
  /** Tokens that open the paths for viewers; default: none. */
  readonly rules?: readonly AccessRule[];
  /** Default: none are kept. */
  readonly failingRows?: FailingRowsAccess;
  readonly store: Pick<DecisionStore, 'get' | 'outlines'>;
  readonly checks: CheckMerges;
  /** Longest time of one check, in milliseconds. */
  readonly checkDeadlineMs: number;
  readonly engine: Report['engine'];
  readonly url: OpenApiFacts['url'];
  readonly reportSchema: OpenApiFacts['reportSchema'];
}

/** The API for scripts. Everything below /api needs a token; its description does not. */
export function apiArea(dependencies: ApiDependencies): Area {
  const { tokens, rules = [], store, checks, checkDeadlineMs, engine, url, reportSchema } = dependencies;
  const { failingRows = NO_FAILING_ROWS } = dependencies;
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
  const routes = [
    ...own,
    ...decisionRoutes(store),
    ...failingRowsRoutes(store, failingRows),
    ...checkRoutes(checks, checkDeadlineMs),
  ];
  return { guard: { prefix: '/api', handler: onlyWithToken(tokens, rules, pathsForViewers(routes)) }, routes };
}

/** Whether a path is one of the routes that are for viewers. */
function pathsForViewers(routes: readonly Route[]): (path: string) => boolean {
  const patterns = routes
    .filter((route) => route.forViewers === true)
    .map(({ path }) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}
