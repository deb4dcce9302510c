import { timingSafeEqual } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import { type Incoming, jsonReply, type Reply } from '../http.ts';
import { sha256Hex } from '../ids.ts';
import type { Lake } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { commitRoutes } from './commits.ts';
import { mergeRoutes } from './merges.ts';
import { objectRoutes } from './objects.ts';
import { pullRoutes } from './pulls.ts';
import { refRoutes } from './refs.ts';
import { repositoryRoutes } from './repositories.ts';
import type { Route } from './route.ts';
import { runRoutes } from './runs.ts';
import { systemRoutes } from './system.ts';

export const API_PREFIX = '/api/v1';

const ROUTES = [
  ...systemRoutes,
  ...repositoryRoutes,
  ...refRoutes,
  ...objectRoutes,
  ...commitRoutes,
  ...mergeRoutes,
  ...pullRoutes,
  ...runRoutes,
].map((route) => ({ route, segments: route.path.split('/').slice(1) }));

/** Answers one call of lakeFS's REST API; refusals become `{"message": ...}`. */
export async function answerApi(lake: Lake, credentials: Credentials, incoming: Incoming): Promise<Reply> {
  try {
    const found = findRoute(incoming);
    if (found === null) return jsonReply(404, { message: 'invalid API endpoint' });
    if (found.route.path !== '/healthcheck' && !isAuthentic(incoming.headers.authorization, credentials)) {
      return jsonReply(401, { message: 'error authenticating request' });
    }
    return await found.route.handle({ lake, incoming, params: found.params });
  } catch (error) {
    if (error instanceof LakeError) return jsonReply(error.status, { message: error.message });
    throw error;
  }
}

function findRoute(incoming: Incoming): { readonly route: Route; readonly params: ReadonlyMap<string, string> } | null {
  const path = incoming.rawPath.slice(API_PREFIX.length).split('/').slice(1).map(decodeSegment);
  for (const { route, segments } of ROUTES) {
    if (route.method !== incoming.method || segments.length !== path.length) continue;
    const params = match(segments, path);
    if (params !== null) return { route, params };
  }
  return null;
}

function match(segments: readonly string[], path: readonly string[]): ReadonlyMap<string, string> | null {
  const params = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const given = path[index];
    if (given === undefined || given === '') return null;
    if (segment.startsWith('{')) params.set(segment.slice(1, -1), given);
    else if (segment !== given) return null;
  }
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function isAuthentic(header: string | undefined, credentials: Credentials): boolean {
  const expected = Buffer.from(`${credentials.accessKeyId}:${credentials.secretAccessKey}`).toString('base64');
  // Hashed first: equal lengths are what a constant-time comparison asks for.
  return timingSafeEqual(Buffer.from(sha256Hex(header ?? '')), Buffer.from(sha256Hex(`Basic ${expected}`)));
}
