import type { DecisionOutline } from '../../../gate/record-ports.ts';
import { DAYS, overviewPage } from './overview-page.ts';
import type { PageCall, PageResult } from './page-call.ts';
import type { ViewDependencies } from './views.ts';

/** Newest decisions that are looked through for what is blocked. */
const MOST_READ = 500;
const LATEST = 8;
const REFRESH_SECONDS = 3;
/** The first page does not wait for lakeFS. */
const PATIENCE_MS = 250;

/** Whether the lake is fine, of what the viewer may see. */
export async function overviewView({ viewer }: PageCall, dependencies: OverviewDependencies): Promise<PageResult> {
  const { store, now, progress } = dependencies;
  const since = new Date(now() - DAYS * 86_400_000).toISOString();
  const maySee = ({ repository }: { readonly repository: string }) => viewer.maySee(repository);
  const recent = store.outlines({ since, limit: MOST_READ }).filter(maySee);
  const running = recent.filter(({ state }) => state === 'running');
  const page = overviewPage({
    viewer,
    ready: await isReady(dependencies),
    blocked: blockedNow(recent),
    strayed: recent.filter(({ landed }) => landed?.same === false),
    running,
    latest: (recent.length === 0 ? store.outlines({ limit: MOST_READ }).filter(maySee) : recent).slice(0, LATEST),
    tables: store.knownTables().filter(({ decision }) => maySee(decision)),
    activity: store.activity(since).filter(maySee),
    now: now(),
    stageOf: (id) => progress.of(id)?.stage ?? null,
  });
  return running.length > 0 ? { page, refreshSeconds: REFRESH_SECONDS } : { page };
}

type OverviewDependencies = Pick<ViewDependencies, 'store' | 'now' | 'progress' | 'readiness' | 'phase'>;

async function isReady({ readiness, phase }: OverviewDependencies): Promise<boolean | null> {
  if (phase() !== 'serving') return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  const probes = await Promise.race([readiness(), late]);
  clearTimeout(timer);
  return probes === null ? null : probes.every(({ ok }) => ok);
}

/**
 * Changes that a hook said no to and that were not asked about again with a better end: by repository, branch, source and
 * kind, the newest decision counts. Of decisions newest first.
 */
export function blockedNow(decisions: readonly DecisionOutline[]): readonly DecisionOutline[] {
  const newest = new Map<string, DecisionOutline>();
  for (const decision of decisions) {
    const { repository, branch, source, event, origin, state } = decision;
    if (origin !== 'hook' || state === 'running') continue;
    const change = JSON.stringify([repository, branch, source, event ?? 'pre-merge']);
    if (!newest.has(change)) newest.set(change, decision);
  }
  return [...newest.values()].filter(({ state }) => state !== 'approved');
}
