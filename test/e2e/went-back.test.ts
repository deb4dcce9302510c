/** A hard reset to an older commit that the gate approved: lakeFS asks nobody about it, and the head is a good one. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { createRepositoryReader } from '../../src/adapters/lakefs/repository-reader.ts';
import { judgedCommits } from '../../src/gate/doctor/judged-commits.ts';
import { type Gate, gatedLake, lakefs, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { csv } from './shop.ts';

const APPEND_ONLY = `apiVersion: v3.1.0
kind: DataContract
id: rules
version: 1.0.0
status: active
servers:
  - {server: lake, type: s3, location: "s3://*/main/tables/{model}/"}
schema:
  - name: journal
    customProperties:
      - {property: sluice, value: {key: [id], diff: {appendOnly: true, deleted: 0}}}
    properties:
      - {name: id, logicalType: integer}
`;
const signal = new AbortController().signal;

async function merge(gate: Gate, lake: LakeUser, branch: string): Promise<{ body: string; commit: string }> {
  const merged = await lake.merge(branch);
  expect(merged).toMatchObject({ status: 200, hook: { status: 200 } });
  const commit = merged.commit ?? '';
  // Nobody waits for a post-event.
  await vi.waitFor(() =>
    expect(gate.decisions(lake.repository).some(({ landed }) => landed?.commit === commit)).toBe(true),
  );
  return { body: merged.hook?.body ?? '', commit };
}

async function doctor(gate: Gate, { repository }: LakeUser) {
  const { url, accessKeyId, secretAccessKey } = await lakefs();
  const reader = createRepositoryReader({ url, accessKeyId, secretAccessKey });
  onTestFinished(() => reader.close());
  const decisions = gate
    .decisions(repository)
    .filter(({ branch }) => branch === 'main')
    .toReversed();
  const records = { where: 'here', certain: true, ofMergeCommit: async () => [], ofBranch: async () => decisions };
  return judgedCommits({ repository, governed: ['main'], reader, records }, signal);
}

it('is told by the next merge and by the doctor, until what had landed is merged again', async () => {
  const gate = await sharedGate({ contracts: { 'rules.odcs.yaml': APPEND_ONLY } });
  const events = ['pre-merge', 'post-merge'] as const;
  const lake = await gatedLake(gate, { files: { 'tables/journal/a.csv': csv('id', '1') }, events });
  const start = await lake.head('main');
  for (const id of ['20', '30', '40']) {
    await lake.branch(`add-${id}`, { [`tables/journal/${id}.csv`]: csv('id', id) });
  }
  expect((await merge(gate, lake, 'add-20')).body).not.toContain('base-went-back');
  const { body, commit: lost } = await merge(gate, lake, 'add-30');
  expect(body).not.toContain('base-went-back');
  expect(await doctor(gate, lake)).toMatchObject({ level: 'ok' });

  await lake.hardReset('main', start);
  expect((await doctor(gate, lake)).detail).toMatch(/^2 that landed were taken away again, which no rule saw: main /);
  const next = (await merge(gate, lake, 'add-40')).body;
  expect(next).toContain('base-went-back');
  expect(next).toContain(`its head ${start.slice(0, 12)} is older than ${lost.slice(0, 12)}`);

  expect(await doctor(gate, lake)).toMatchObject({ level: 'fail', items: { length: 2 } });
  // As the hint says. Both are in the history of a second parent then.
  expect((await merge(gate, lake, lost)).body).not.toContain('base-went-back');
  expect(await doctor(gate, lake)).toMatchObject({ level: 'ok' });
});
