import { lintActions } from '../../core/action/lint-actions.ts';
import { formatProblem } from '../../core/problem.ts';
import type { RepositoryFacts } from '../repository-ports.ts';
import { ACTION_FINDINGS, type ActionView, asks, noHook } from './action.ts';
import { createActionFolders } from './action-folder.ts';
import { governedBranches, protection, ungatedBranches } from './branches.ts';
import { flyCanary } from './canary.ts';
import { examineContracts } from './contracts.ts';
import { examineEngine } from './engine.ts';
import type { DoctorDeps, Patient } from './examination.ts';
import {
  type Finding,
  type FindingId,
  failed,
  find,
  finding,
  named,
  type Told,
  type Verdict,
  verdictOf,
} from './finding.ts';
import { type ActionFile, gateHooksOf } from './gate-hooks.ts';
import { judgedCommits } from './judged-commits.ts';
import { examineLakefs } from './lakefs.ts';
import { examineLeftovers } from './leftovers.ts';
import { examineMachine } from './machine.ts';
import { tryRights, withoutTrial } from './scratch-trial.ts';

export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}

/**
 * Looks at everything between a merge and its verdict, and proves it by a canary. `repository` null: every repository
 * that the keys see. Never rejects for what it finds, only when the signal is aborted; scratch branches are deleted
 * also then.
 */
export async function runDoctor(repository: string | null, deps: DoctorDeps, signal: AbortSignal): Promise<Diagnosis> {
  deps.onProgress('this machine and lakeFS');
  const [machine, lakefs, engine] = await Promise.all([
    examineMachine(deps, signal),
    examineLakefs(deps, signal),
    examineEngine(deps, signal),
  ]);
  const findings = [...machine, engine, ...lakefs];
  const isThere = !findings.some(({ id, level }) => ESSENTIAL.has(id) && level !== 'ok');
  const about = isThere ? await examineRepositories(repository, deps, signal) : [unseen(repository)];
  const all = [...findings, ...about];
  return { findings: all, verdict: verdictOf(all) };
}

/** Without these, nothing else that lakeFS says is worth asking. */
const ESSENTIAL: ReadonlySet<FindingId> = new Set<FindingId>(['lakefs-reachable', 'credentials']);

function unseen(repository: string | null): Finding {
  const told: Told = { level: 'unknown', detail: 'not looked at, because lakeFS does not answer with these keys' };
  return finding({ id: repository === null ? 'repositories' : 'repository', repository }, told);
}

async function examineRepositories(
  repository: string | null,
  deps: DoctorDeps,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (repository !== null) return examineRepository(repository, deps, signal);
  let ids: readonly string[] = [];
  const list = await find({ id: 'repositories', repository: null }, signal, async () => {
    ids = (await deps.reader.repositories(signal)).map(({ id }) => id);
    if (ids.length > 0) return { level: 'ok', detail: named(ids), items: ids };
    return { level: 'warn', detail: 'these keys see none', fix: 'Create one, or give the keys fs:ListRepositories.' };
  });
  const findings = [list];
  for (const id of ids) findings.push(...(await examineRepository(id, deps, signal)));
  return findings;
}

async function examineRepository(id: string, deps: DoctorDeps, signal: AbortSignal): Promise<readonly Finding[]> {
  deps.onProgress(`repository ${id}`);
  let facts: RepositoryFacts | undefined;
  const there = await find({ id: 'repository', repository: id }, signal, async () => {
    try {
      facts = await deps.reader.repository(id, signal);
      return repositoryTold(facts);
    } catch (error) {
      return failed(error);
    }
  });
  if (facts === undefined) return [there];
  const patient: Patient = { facts, deps, signal };
  const trial = facts.readOnly ? withoutTrial(id, 'not tried: the repository is read-only') : null;
  return [
    there,
    await examineLeftovers(patient),
    ...(trial ?? (await tryRights(patient))),
    await examineContracts(patient),
    ...(await examineGate(patient)),
  ];
}

function repositoryTold({ readOnly, defaultBranch, storageNamespace }: RepositoryFacts): Told {
  if (!readOnly) return { level: 'ok', detail: `default branch ${defaultBranch}, objects in ${storageNamespace}` };
  return {
    level: 'fail',
    detail: 'it is read-only; lakeFS skips all hooks there without a word',
    fix: 'Gate the repository that is written to.',
  };
}

/** The action files, the branches, and the proof. */
async function examineGate(patient: Patient): Promise<readonly Finding[]> {
  const { facts, deps, signal } = patient;
  const repository = facts.id;
  const folders = createActionFolders(repository, deps.reader);
  let files: readonly ActionFile[] | undefined;
  const present = await find({ id: 'action-file', repository }, signal, async () => {
    const { id } = await deps.reader.resolve(repository, facts.defaultBranch, signal);
    files = await folders.at(id, signal);
    const [hook] = gateHooksOf(files);
    if (hook === undefined) return noHook(repository, facts.defaultBranch);
    return { level: 'ok', detail: `${hook.path} on ${facts.defaultBranch}` };
  });
  if (files === undefined) return [present];
  const known = files;
  const valid = await find({ id: 'action-valid', repository }, signal, () => lintTold(known));
  const hooks = gateHooksOf(known);
  const branches = await examineBranches({ ...patient, hooks, folders });
  const canary = hooks.find((hook) => asks(hook, 'pre-merge', facts.defaultBranch)) ?? hooks[0];
  if (canary === undefined || facts.readOnly) return [present, valid, ...branches, ...notFlown(repository)];
  return [present, valid, ...branches, ...(await flyCanary(patient, canary, known))];
}

/** lakeFS reads the whole folder before every commit and merge. */
export function lintTold(files: readonly ActionFile[]): Told {
  const problems = lintActions(files);
  if (problems.length === 0) return { level: 'ok', detail: files.length === 1 ? '1 file' : `${files.length} files` };
  const isWrong = problems.some(({ level }) => level !== 'warning');
  const lines = problems.map((problem) => formatProblem(problem).split('\n')[0] ?? '');
  return {
    level: isWrong ? 'fail' : 'warn',
    detail: named(lines, 3),
    fix: 'sluice action lint shows each with what to do.',
    items: lines,
  };
}

async function examineBranches({
  facts,
  deps,
  signal,
  hooks,
  folders,
}: Patient & {
  readonly hooks: ReturnType<typeof gateHooksOf>;
  readonly folders: ReturnType<typeof createActionFolders>;
}): Promise<readonly Finding[]> {
  const { settings, reader } = deps;
  const { id: repository, defaultBranch } = facts;
  const globs = settings.governedBranches;
  const listed = reader.branches(repository, '', signal);
  const governing = listed.then((branches) => governedBranches(branches, { globs, hooks, defaultBranch }));
  const look = (id: FindingId, work: () => Promise<Told>) => find({ id, repository }, signal, work);
  const view = async (): Promise<ActionView> => ({
    repository,
    defaultBranch,
    hooks,
    governed: await governing,
    settings,
  });
  const about = Object.entries(hooks.length === 0 ? {} : ACTION_FINDINGS).map(([id, told]) =>
    look(id as FindingId, async () => told(await view())),
  );
  return Promise.all([
    ...about,
    look('open-branches', async () => {
      const [branches, governed] = await Promise.all([listed, governing]);
      return ungatedBranches({ branches, governed, hooks, folders, repository }, signal);
    }),
    look('branch-protection', async () =>
      protection(await deps.protection.protectedBranches(repository, signal), await governing, hooks),
    ),
    look('judged-commits', async () =>
      judgedCommits({ repository, governed: await governing, reader, records: deps.records }, signal),
    ),
  ]);
}

function notFlown(repository: string): readonly Finding[] {
  const told: Told = { level: 'unknown', detail: 'not tried: there is no hook to prove' };
  return [finding({ id: 'canary-blocks', repository }, told)];
}
