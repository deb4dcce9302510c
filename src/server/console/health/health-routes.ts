import { json, text } from '../answer.ts';
import type { Route } from '../route.ts';
import type { ProbeResult } from './readiness.ts';

export interface HealthDependencies {
  readonly readiness: () => Promise<readonly ProbeResult[]>;
  /** `starting` until the hook listens, `stopping` from the first sign of the end. */
  readonly phase: () => 'starting' | 'serving' | 'stopping';
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** For whoever watches over the process. No token: they tell nothing of data, and a probe can keep no secret. */
export function healthRoutes({ readiness, phase, metrics }: HealthDependencies): readonly Route[] {
  return [
    // Probes and balancers add parameters of their own.
    { method: 'get', path: '/healthz', query: null, handle: () => text(200, 'alive\n') },
    {
      method: 'get',
      path: '/readyz',
      query: null,
      handle: async () => {
        const now = phase();
        if (now !== 'serving') return json(503, { status: now, checks: [] });
        const checks = await readiness();
        const ready = checks.every(({ ok }) => ok);
        return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not-ready', checks });
      },
    },
    {
      method: 'get',
      path: '/metrics',
      query: null,
      handle: async () => {
        const { contentType, text: body } = await metrics();
        return { status: 200, contentType, body };
      },
    },
  ];
}
