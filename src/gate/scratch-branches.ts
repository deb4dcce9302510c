import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../core/problem.ts';
import type { Branch, RepositoryReader, RepositoryWriter } from './repository-ports.ts';

/** Branches with this beginning are Sluice's own, live for one command or one event, and are never governed. */
export const SCRATCH_PREFIX = 'sluice-scratch-';

/** What a scratch branch is for; the canary's destination is the one kind that the hook server judges. */
export type ScratchPurpose = 'preview' | 'canary' | 'install';

/** Who makes scratch branches: tells a killed process's leftovers from the work of a living one. */
export interface ScratchOwner {
  /** Lower-case letters and digits, the same for every process of one machine (or container). */
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970 at which this process started. */
  readonly startedAt: number;
  /** Whether a process of this machine lives. */
  readonly isAlive: (pid: number) => boolean;
  /** Lower-case letters and digits, new at every call. */
  readonly random: () => string;
  readonly now: () => number;
}

/** No command of ours runs longer, so an older scratch branch of any machine is a leftover. */
const OLDEST_MS = 60 * 60 * 1000;
/** Deleting must be tried also when the caller's signal has been aborted: by Ctrl-C, say. */
const DELETE_MS = 20_000;
const DELETE_TRIES = 3;
/** Wait before the second deletion of a branch that may not be there yet; twice that before the third. */
const LATE_MS = 250;

const NAME = /^sluice-scratch-(preview|canary|install)-([0-9a-z]+)-(\d+)-(\d+)-([0-9a-z]+)$/;

interface ScratchName {
  readonly purpose: ScratchPurpose;
  readonly host: string;
  readonly pid: number;
  readonly madeAt: number;
}

/** `sluice-scratch-preview-<host>-<pid>-<ms since 1970>-<random>`: a name that tells whose it is and how old. */
export function scratchName(purpose: ScratchPurpose, owner: ScratchOwner): string {
  return `${SCRATCH_PREFIX}${purpose}-${owner.host}-${owner.pid}-${owner.now()}-${owner.random()}`;
}

/** The purpose of a scratch branch, or null for any other branch. */
export function scratchPurpose(branch: string): ScratchPurpose | null {
  return parseName(branch)?.purpose ?? null;
}

/** True for a scratch branch that no living process can still need. */
export function isLeftover(branch: string, owner: ScratchOwner): boolean {
  const name = parseName(branch);
  if (name === null) return false;
  if (owner.now() - name.madeAt > OLDEST_MS) return true;
  if (name.host !== owner.host) return false;
  // Container after container has the same pid: a branch older than this process is not this process's.
  if (name.pid === owner.pid) return name.madeAt < owner.startedAt;
  return !owner.isAlive(name.pid);
}

export interface ScratchDeps {
  readonly reader: Pick<RepositoryReader, 'branches'>;
  readonly writer: Pick<RepositoryWriter, 'createBranch' | 'deleteBranch'>;
  readonly owner: ScratchOwner;
}

export interface ScratchRequest {
  readonly repository: string;
  readonly purpose: ScratchPurpose;
  readonly sourceRef: string;
}

/**
 * Makes a branch, works with it, and deletes it however the work ends. Rejects with `scratch-left` when the work was
 * done and the branch could not be deleted; when the work itself failed, with its error.
 */
export async function withScratchBranch<T>(
  { repository, purpose, sourceRef }: ScratchRequest,
  { writer, owner }: ScratchDeps,
  work: (branch: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const branch = scratchName(purpose, owner);
  try {
    await writer.createBranch({ repository, branch, sourceRef }, signal);
  } catch (error) {
    if (mayHaveBeenMade(error)) await deleteLate(repository, branch, writer);
    throw error;
  }
  let result: T;
  try {
    result = await work(branch);
  } catch (error) {
    await deleteScratch(repository, branch, writer).catch(() => undefined);
    throw error;
  }
  await deleteScratch(repository, branch, writer);
  return result;
}

/** False where lakeFS itself said no: a branch of that name is somebody else's then. */
function mayHaveBeenMade(error: unknown): boolean {
  const refused = ['lakefs-branch-exists', 'lakefs-not-found', 'lakefs-unauthorized', 'lakefs-bad-id'];
  return !(error instanceof SluiceError && refused.includes(error.problem.code));
}

/** The call may have reached lakeFS and only its answer got lost; it may even be at work still. Never rejects. */
async function deleteLate(
  repository: string,
  branch: string,
  writer: Pick<RepositoryWriter, 'deleteBranch'>,
): Promise<void> {
  for (let attempt = 1; attempt <= DELETE_TRIES; attempt += 1) {
    const deleted = await writer.deleteBranch(repository, branch, AbortSignal.timeout(DELETE_MS)).catch(() => false);
    if (deleted) return;
    if (attempt < DELETE_TRIES) await sleep(attempt * LATE_MS);
  }
}

/** Removes what killed processes left in the repository; the names that were removed. */
export async function removeLeftovers(
  repository: string,
  deps: ScratchDeps,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const leftovers = await findLeftovers(repository, deps, signal);
  for (const { id } of leftovers) await deps.writer.deleteBranch(repository, id, signal);
  return leftovers.map(({ id }) => id);
}

/** The scratch branches that no living process can still need. */
export async function findLeftovers(
  repository: string,
  { reader, owner }: Pick<ScratchDeps, 'reader' | 'owner'>,
  signal: AbortSignal,
): Promise<readonly Branch[]> {
  const branches = await reader.branches(repository, SCRATCH_PREFIX, signal);
  return branches.filter(({ id }) => isLeftover(id, owner));
}

async function deleteScratch(
  repository: string,
  branch: string,
  writer: Pick<RepositoryWriter, 'deleteBranch'>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await writer.deleteBranch(repository, branch, AbortSignal.timeout(DELETE_MS));
      return;
    } catch (cause) {
      if (attempt >= DELETE_TRIES) throw leftBehind(repository, branch, cause);
      await sleep(attempt * 500);
    }
  }
}

function leftBehind(repository: string, branch: string, cause: unknown): SluiceError {
  return new SluiceError(
    {
      code: 'scratch-left',
      message: `The scratch branch ${branch} of ${repository} could not be deleted.`,
      hint: `Run sluice doctor ${repository} when lakeFS answers again; it removes leftovers.`,
    },
    { cause },
  );
}

function parseName(branch: string): ScratchName | null {
  const match = NAME.exec(branch);
  if (match === null) return null;
  const [, purpose = '', host = '', pid = '', madeAt = ''] = match;
  return { purpose: purpose as ScratchPurpose, host, pid: Number(pid), madeAt: Number(madeAt) };
}
