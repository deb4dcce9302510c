import type { ChangeOutcome } from '../../gate/repository-ports.ts';
import type { WriteAnswer } from './client.ts';

/** What lakeFS's answer means for a change of a branch. `commitId` is asked only when it was done. */
export async function changeOutcome(
  answer: WriteAnswer,
  commitId: (body: Buffer) => string | Promise<string>,
): Promise<ChangeOutcome> {
  if (answer.kind === 'done') return { kind: 'done', commitId: await commitId(answer.body) };
  const { status } = answer;
  const message = answer.message ?? silent(status);
  // A merge's conflict has no text; a revert's 409 may also say that a parent number is missing.
  if (status === 409 && (answer.message === null || /\bconflict\b/i.test(message)))
    return { kind: 'conflict', message };
  if (status === 400 && /\bno changes$/.test(message)) return { kind: 'no-changes', message };
  if (status === 412) {
    const [, runId = null] = /\baborted, run id '([^']+)'/.exec(message) ?? [];
    return { kind: 'hook-refused', message, runId };
  }
  return { kind: 'refused', status, message };
}

function silent(status: number): string {
  return status === 409 ? 'both sides changed the same objects' : `lakeFS answered status ${status} without a reason`;
}
