import { createHash } from 'node:crypto';
import type { ObjectEntry } from '../../core/change/object.ts';
import { SluiceError } from '../../core/problem.ts';
import type { ChangeOutcome } from '../repository-ports.ts';
import { withScratchBranch } from '../scratch-branches.ts';
import { CANARY_FOLDER } from './canary-contract.ts';
import type { Patient } from './examination.ts';
import { couldNotTell, type Finding, failed, find, finding, type Told } from './finding.ts';

/** What lakeFS's policies call the rights that Sluice and its commands need. */
const RIGHTS =
  'The keys need fs:ReadRepository, fs:ListObjects, fs:ReadObject, fs:ReadCommit and ci:ReadAction; previews and the canary also fs:CreateBranch, fs:DeleteBranch, fs:WriteObject, fs:CreateCommit and fs:ReadBranch.';

/**
 * Tries what the keys may do, rather than guess it from policies: a scratch branch is made, written, committed, listed,
 * read in both ways, and deleted.
 */
export async function tryRights(patient: Patient): Promise<readonly Finding[]> {
  const { facts, deps, signal } = patient;
  const request = { repository: facts.id, purpose: 'canary', sourceRef: facts.defaultBranch } as const;
  const findings: Finding[] = [];
  const permissions = await find({ id: 'permissions', repository: facts.id }, signal, async () => {
    try {
      return await withScratchBranch(
        request,
        deps,
        async (branch) => {
          const committed = await commitProbe(branch, patient);
          if ('told' in committed) return committed.told;
          findings.push(...(await examineGateway(committed, patient)));
          return {
            level: 'ok',
            detail: 'branch, upload, commit, list, read and delete were tried on a scratch branch',
          };
        },
        signal,
      );
    } catch (error) {
      return { ...failed(error), fix: RIGHTS };
    }
  });
  const untold: Told = { level: 'unknown', detail: 'not tried: nothing could be committed on a scratch branch' };
  const gateway =
    findings.length > 0
      ? findings
      : [
          finding({ id: 'gateway-signed', repository: facts.id }, untold),
          finding({ id: 'gateway-unsigned', repository: facts.id }, untold),
        ];
  return [permissions, ...gateway];
}

interface Probe {
  readonly object: ObjectEntry;
  readonly commitId: string;
  /** Of the bytes that were uploaded. */
  readonly sha256: string;
}

async function commitProbe(branch: string, { facts, deps, signal }: Patient): Promise<Probe | { readonly told: Told }> {
  const { reader, writer } = deps;
  const repository = facts.id;
  const path = `${CANARY_FOLDER}/${deps.nonce()}/probe.txt`;
  const bytes = new TextEncoder().encode(`sluice doctor ${path}\n`);
  await writer.upload({ repository, branch, path, bytes }, signal);
  const outcome = await writer.commit({ repository, branch, message: 'sluice doctor: may these keys commit?' }, signal);
  if (outcome.kind !== 'done') return { told: notCommitted(outcome) };
  const [object] = await reader.listAt(repository, outcome.commitId, path, signal);
  const read = await reader.readAt({ repository, ref: outcome.commitId, path, maxBytes: 1024 }, signal);
  const sha256 = sha256Of(bytes);
  if (object === undefined || sha256Of(read) !== sha256) {
    throw new SluiceError({
      code: 'doctor-torn',
      message: 'lakeFS does not give back the object that was just committed.',
    });
  }
  return { object, commitId: outcome.commitId, sha256 };
}

function notCommitted(outcome: Exclude<ChangeOutcome, { kind: 'done' }>): Told {
  if (outcome.kind === 'hook-refused') {
    return {
      level: 'fail',
      detail: `a hook refused a commit on a scratch branch: ${oneLine(outcome.message)}`,
      fix: 'Give pre-commit in the action file a list of branches, and see the address and token below.',
    };
  }
  const stopped = outcome.kind === 'refused' && outcome.status >= 500;
  return {
    level: 'fail',
    detail: `lakeFS refused a commit on a scratch branch: ${oneLine(outcome.message)}`,
    fix: stopped ? 'A file under _lakefs_actions/ stops every commit: see `sluice action lint`.' : RIGHTS,
  };
}

async function examineGateway(
  { object, commitId, sha256 }: Probe,
  { facts, deps, signal }: Patient,
): Promise<readonly Finding[]> {
  const { objects, http, workspace } = deps;
  const repository = facts.id;
  const signed = await find({ id: 'gateway-signed', repository }, signal, () =>
    workspace
      .use(async (runDirectory): Promise<Told> => {
        const { storageNamespace } = facts;
        const request = { repository, commitId, objects: [object], storageNamespace, runDirectory };
        const [fetched] = await objects.fetch(request, signal);
        if (fetched?.sha256 === sha256) return { level: 'ok', detail: 'gave the object as it was uploaded' };
        return { level: 'fail', detail: 'gave other bytes than were uploaded', fix: 'Look for a proxy before lakeFS.' };
      })
      .catch(failed),
  );
  const unsigned = await find({ id: 'gateway-unsigned', repository }, signal, async () => {
    const path = object.path.split('/').map(encodeURIComponent).join('/');
    const answer = await http.get(`/${repository}/${commitId}/${path}`, signal);
    if (answer.sha256 === sha256) {
      return {
        level: 'warn',
        detail: `an object is given away without a signature (status ${answer.status})`,
        fix: 'Something before lakeFS signs for everybody: take it away, or guard it.',
      };
    }
    const what = (answer.contentType ?? '').startsWith('text/html') ? 'a web page' : 'no object';
    return { level: 'ok', detail: `status ${answer.status} and ${what}; every read of Sluice is signed` };
  });
  return [signed, unsigned];
}

/** Findings of a repository in which nothing can be tried. */
export function withoutTrial(repository: string, why: string): readonly Finding[] {
  return (['permissions', 'gateway-signed', 'gateway-unsigned'] as const).map((id) =>
    finding({ id, repository }, couldNotTell(new Error(why))),
  );
}

/** lakeFS's texts have lines and tabs of their own. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
