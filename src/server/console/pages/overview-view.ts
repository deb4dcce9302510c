import { foldLanded } from './fold-landed.ts';
import { DAYS, overviewPage } from './overview-page.ts';
import type { PageCall, PageResult } from './page-call.ts';
import type { ViewDependencies } from './views.ts';

/** Newest decisions that are looked through for some that may be seen. */
const MOST_READ = 100;
const MOST_RUNNING = 100;
const LATEST = 8;
const REFRESH_SECONDS = 3;
/** The first page does not wait for lakeFS. */
const PATIENCE_MS = 250;

/** Whether the lake is fine, of what the viewer may see. */
export async function overviewView({ viewer }: PageCall, dependencies: OverviewDependencies): Promise<PageResult> {
  const { store, now, progress } = dependencies;
  const since = new Date(now() - DAYS * 86_400_000).toISOString();
  const maySee = ({ repository }: { readonly repository: string }) => viewer.maySee(repository);
  const attention = store.needingAttention(since).filter(maySee);
  const running = store.outlines({ state: 'running', limit: MOST_RUNNING }).filter(maySee);
  const page = overviewPage({
    viewer,
    ready: await isReady(dependencies),
    blocked: attention.filter(({ state }) => state !== 'approved'),
    strayed: attention.filter(({ landed }) => landed?.same === false),
    running,
    latest: foldLanded(store.outlines({ limit: MOST_READ }).filter(maySee)).slice(0, LATEST),
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
