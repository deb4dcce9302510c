import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Commit, Lake } from '../../src/gate/ports.ts';
import { createMergeJudge, type GateDeps } from '../../src/gate/run-gate.ts';
import { MERGE_EVENT } from '../support/merge-event.ts';

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
servers: [{server: lake, type: s3, location: 's3://*/main/orders/'}]
schema:
  - name: orders
    properties: [{name: id, logicalType: integer}]
`;

function commit(id: string, parents: readonly string[]): Commit {
  return { id, parents, metaRangeId: `tree of ${id}`, creationDate: 0, committer: 'ada', metadata: {} };
}

/** A lake in which the merge adds one object under no contract. */
const LAKE: Lake = {
  commit: async (_repository, id) => commit(id, id === 'merge' ? ['head', 'source'] : []),
  branchHead: () => Promise.reject(new Error('not asked for')),
  diff: async () => [{ type: 'added', path: 'notes/a.csv', sizeBytes: 1 }],
  list: async () => [{ path: 'orders/a.csv', physicalAddress: 'local://a', checksum: 'c', sizeBytes: 1 }],
  storageNamespace: () => Promise.reject(new Error('not asked for')),
};

function untouched(what: string): () => never {
  return () => {
    throw new Error(`${what} was used`);
  };
}

const DEPS: GateDeps = {
  lake: LAKE,
  reader: { listAt: untouched('the branch'), uncommitted: untouched('the branch'), readAt: untouched('a file') },
  contracts: {
    load: async () => [
      { file: 'orders.odcs.yaml', text: CONTRACT, digest: createHash('sha256').update(CONTRACT).digest('hex') },
    ],
  },
  objects: { fetch: untouched('the object reader') },
  engine: { version: 'none', open: untouched('the engine'), close: async () => {} },
  text: { makePlain: untouched('the text reader'), protect: untouched('the text reader') },
  workspace: { use: untouched('the workspace') },
  version: 'test',
  elapsed: () => 0,
};

function judgeWith(deps: GateDeps) {
  return createMergeJudge(deps, {
    uncovered: 'warn',
    limits: { objects: 1, bytes: 1 },
    variables: {},
    rules: { prefixes: ['_lakefs_actions/'], contractPrefix: null, changers: [] },
  });
}

describe('a base that somebody let past the gate', () => {
  const { signal } = new AbortController();
  const preparedOn = (isApproved: boolean | null) =>
    judgeWith({ ...DEPS, approvals: { isApproved: () => isApproved, landedAbove: () => null } }).prepare(
      MERGE_EVENT,
      signal,
    );

  it('makes another question of the same merge: no answer for a base that can be trusted is repeated for it', async () => {
    const [past, through, first] = [await preparedOn(false), await preparedOn(true), await preparedOn(null)];
    expect(past.key).not.toEqual(through.key);
    expect(first.key).toEqual(through.key);
  });

  it('is judged as it was known when the question was asked', async () => {
    let known: boolean | null = null;
    const judge = judgeWith({ ...DEPS, approvals: { isApproved: () => known, landedAbove: () => null } });
    const prepared = await judge.prepare(MERGE_EVENT, signal);
    known = false;
    expect((await judge.judge(prepared, 'decision', signal)).report.problems).toEqual([]);
  });
});

describe('a base that is older than what has landed', () => {
  const { signal } = new AbortController();
  const preparedWith = (head: string, metaRange = 'tree of landed') => {
    const landed = { commit: 'landed', at: '2026-05-31T10:00:00.000Z', metaRange };
    const approvals = { isApproved: () => true, landedAbove: () => landed };
    const branchHead = async () => commit(head, []);
    const judge = judgeWith({ ...DEPS, lake: { ...LAKE, branchHead }, approvals });
    return judge.prepare(MERGE_EVENT, signal).then(async (prepared) => ({
      key: prepared.key,
      codes: (await judge.judge(prepared, 'decision', signal)).report.problems.map(({ code }) => code),
    }));
  };

  it('is a warning, and another question than the same merge before', async () => {
    const { key } = await judgeWith(DEPS).prepare(MERGE_EVENT, signal);
    const told = await preparedWith('head');
    expect(told.codes).toEqual(['base-went-back']);
    expect(told.key).not.toEqual(key);
  });

  it.each([
    ['another merge came first, and lakeFS will ask again', 'landed', 'tree of landed'],
    ['what landed since is what was there', 'head', 'tree of head'],
  ])('is nothing to tell where %s', async (_why, head, metaRange) => {
    const { key } = await judgeWith(DEPS).prepare(MERGE_EVENT, signal);
    expect(await preparedWith(head, metaRange)).toEqual({ key, codes: [] });
  });
});

describe('a merge that changes nothing governed', () => {
  it('needs no engine, no directory and no object', async () => {
    const judge = judgeWith(DEPS);
    const { signal } = new AbortController();
    const { verdict, report } = await judge.judge(await judge.prepare(MERGE_EVENT, signal), 'decision', signal);
    expect(verdict).toBe('approved');
    expect(report).toMatchObject({ tables: [], problems: [], uncovered: { count: 1, paths: ['notes/a.csv'] } });
  });
});
