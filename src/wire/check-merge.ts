/** `sluice check` and `sluice merge` of a lake's merges. */
import { createRemoteChecks } from '../adapters/sluice-server/remote-checks.ts';
import type { MergeCheck, MergeOrder, OnProgress } from '../cli/services.ts';
import { SluiceError } from '../core/problem.ts';
import type { Report } from '../core/report/report.ts';
import { decisionUrl } from '../core/report/report-url.ts';
import { type GatedMergeEnd, gatedMerge } from '../gate/gated-merge.ts';
import type { MergeQuestion } from '../gate/recorded-checks.ts';
import { readClientConfig } from './client-config.ts';
import { judgeHere, useClientLake } from './merge-checker.ts';
import { namedDocuments } from './named-documents.ts';
import { reportSchema, serverAccess } from './server-access.ts';
import { packageVersion } from './version.ts';

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** What the gate would say to the merge, on this machine or by a server. */
export async function runMergeCheck(request: MergeCheck, world: World): Promise<Report> {
  const question = questionOf(request);
  if (request.server !== null) return askServer(question, request, request.server, world);
  const { env, cwd, onProgress, signal } = world;
  const config = await readClientConfig(request, env, cwd);
  const documents = await documentsOf(request, cwd, signal);
  return useClientLake(config, (lake) => judgeHere(question, lake, { config, documents, env, onProgress }, signal));
}

/** Checks the merge, and makes it when it was approved. */
export async function runGatedMerge(order: MergeOrder, world: World): Promise<GatedMergeEnd> {
  const { env, cwd, onProgress, signal } = world;
  const { server } = order;
  const config = await readClientConfig(order, env, cwd);
  const documents = await documentsOf(order, cwd, signal);
  return useClientLake(config, (client) =>
    gatedMerge(
      {
        ...questionOf(order),
        ...(order.message === null ? {} : { message: order.message }),
        metadata: order.metadata,
      },
      {
        check: async (question) => {
          if (server === null) {
            const report = await judgeHere(question, client, { config, documents, env, onProgress }, signal);
            return { report, link: null };
          }
          const report = await askServer(question, order, server, world);
          await mustKnowCommit(report, client.lake, signal);
          return { report, link: linkTo(report, config.console.url ?? server) };
        },
        writer: client.writer,
        reader: client.reader,
        version: packageVersion(),
        onStage: (stage) => onProgress({ stage }),
      },
      signal,
    ),
  );
}

function questionOf({ repository, source, destination, strategy, squash }: MergeCheck): MergeQuestion {
  return {
    repository,
    source,
    destination,
    ...(strategy === null ? {} : { strategy }),
    ...(squash ? { squash } : {}),
  };
}

async function documentsOf({ contracts }: MergeCheck, cwd: string, signal: AbortSignal) {
  return contracts.length === 0 ? null : namedDocuments(contracts, cwd, signal);
}

async function askServer(
  question: MergeQuestion,
  { config: file }: MergeCheck,
  server: string,
  { env, cwd, onProgress, signal }: World,
): Promise<Report> {
  const access = serverAccess(server, file, { env, cwd });
  const checks = createRemoteChecks({ ...access, reportSchema: reportSchema() });
  onProgress({ stage: `asking ${access.url}` });
  try {
    return await checks.check(question, signal);
  } finally {
    await checks.close();
  }
}

/** A server may guard another lake that has a repository of this name; its approval says nothing about this one. */
async function mustKnowCommit(
  { scope }: Report,
  lake: { commit(repository: string, commitId: string, signal: AbortSignal): Promise<unknown> },
  signal: AbortSignal,
): Promise<void> {
  if (scope.kind !== 'merge' || scope.mergeCommit === '') return;
  try {
    await lake.commit(scope.repository, scope.mergeCommit, signal);
  } catch (cause) {
    if (!(cause instanceof SluiceError) || cause.problem.code !== 'lakefs-not-found') throw cause;
    throw new SluiceError(
      {
        code: 'server-other-lake',
        message: `The Sluice that was asked reads another lakeFS: it judged ${scope.mergeCommit.slice(0, 12)}, which is not in this ${scope.repository}.`,
        hint: 'Check --server and SLUICE_LAKEFS_URL: both must lead to the same lake.',
      },
      { cause },
    );
  }
}

function linkTo({ scope }: Report, console: string): string | null {
  return scope.kind === 'merge' ? decisionUrl(console, scope.decisionId) : null;
}
