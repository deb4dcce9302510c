import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OUR_EVENTS, type OurEvent } from '../../src/core/action/action-file.ts';
import type { HookEventType } from '../../src/core/event/hook-event.ts';
import type { Report } from '../../src/core/report/report.ts';
import type { Decision } from '../../src/gate/record-ports.ts';
import type { SeenRequest } from '../../src/sandbox/faults.ts';
import { deliver, type Gate, gatedLake, lakefs, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, CUSTOMERS, csv, FILES, SHOP } from './shop.ts';

const GOOD = csv('id,customer_id,amount', '12,3,1');
const BAD = csv('id,customer_id,amount', '12,3,-1');
const PART = 'tables/orders/part-1.csv';

/** Commits cost a run of the engine each; most tests make some that are about nothing. */
const WITHOUT_COMMITS = OUR_EVENTS.filter((event) => !event.endsWith('-commit'));

/** Everything that the shipped action file asks about. */
async function guarded({ events = WITHOUT_COMMITS }: { readonly events?: readonly OurEvent[] } = {}) {
  const gate = await sharedGate({ contracts: CONTRACTS });
  const lake = await gatedLake(gate, { files: FILES, events });
  return { gate, lake };
}

/** The newest decision about the event that has ended; lakeFS sends post-events when nobody waits any more. */
async function decisionOf(gate: Gate, lake: LakeUser, event: HookEventType, count = 1): Promise<Decision> {
  for (let tries = 0; tries < 200; tries += 1) {
    const ended = gate.decisions(lake.repository).filter((one) => one.event === event && one.state !== 'running');
    const last = ended.at(-1);
    if (last !== undefined && ended.length >= count) return last;
    await sleep(50);
  }
  throw new Error(`no ${event} was decided`);
}

function reportOf(decision: Decision): Report {
  return JSON.parse(decision.report ?? 'null') as Report;
}

function codesOf(decision: Decision): readonly string[] {
  return reportOf(decision).problems.map(({ code }) => code);
}

/** What lakeFS says when it does not do it. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return String(error);
  }
  return 'done';
}

const pick = (lake: LakeUser, ref: string, more: object = {}) =>
  lake.json('POST', '/branches/main/cherry-pick', { ref, ...more });
const revert = (lake: LakeUser, ref: string, more: object = {}) =>
  lake.json('POST', '/branches/main/revert', { ref, parent_number: 0, ...more });
const tag = (lake: LakeUser, id: string, ref: string) => lake.json('POST', '/tags', { id, ref });

/** Holds the gate's first such request back and writes meanwhile, so many milliseconds after it. */
async function meanwhile(
  when: (request: SeenRequest) => boolean,
  write: () => Promise<unknown>,
  after = 50,
): Promise<void> {
  const { wire } = await lakefs();
  const before = wire.requests.length;
  wire.faults.order({ when, fault: { kind: 'delay', milliseconds: after + 900 } });
  while (!wire.requests.slice(before).some(when)) await sleep(10);
  await sleep(after);
  await write();
}

const listing = (lake: LakeUser) => (request: SeenRequest) =>
  request.path === `/repositories/${lake.repository}/refs/main/objects/ls` &&
  request.query.get('prefix') === 'tables/orders/';

describe('a commit on a governed branch', () => {
  it('is judged on the branch, and post-commit finds the judged tree', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    // The first commit brought the action file itself.
    const first = await decisionOf(gate, lake, 'pre-commit');
    expect(codesOf(first)).toEqual(['rules-installed', 'branch-read']);
    await lake.put('main', PART, GOOD);
    const id = await lake.commit('main');
    const post = await decisionOf(gate, lake, 'post-commit', 2);
    expect(post).toMatchObject({ state: 'approved', status: 200, mergeCommit: id });
    const judged = await decisionOf(gate, lake, 'pre-commit', 2);
    expect(judged).toMatchObject({ state: 'approved', origin: 'hook', landed: { commit: id, same: true } });
    expect(reportOf(judged)).toMatchObject({
      scope: { event: 'pre-commit', read: 'branch', destination: 'main', mergeCommit: '' },
      tables: [{ name: 'orders', rows: 3, objects: { added: 1 } }],
    });
  });

  it('with bad data is refused, and stays on the branch until it is mended', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, BAD);
    expect(await refusal(lake.commit('main'))).toMatch(/412.*status code: 422/s);
    expect(reportOf(await decisionOf(gate, lake, 'pre-commit', 2)).reasons[0]).toMatch(/range on amount/);
    await lake.put('main', PART, GOOD);
    await lake.commit('main');
  });

  it('whose bad object is overwritten before the gate looks is undecided', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, BAD);
    const committing = refusal(lake.commit('main'));
    // In the next second, which is all that lakeFS tells of times.
    await meanwhile(listing(lake), () => lake.put('main', PART, GOOD), 1_100);
    expect(await committing).toMatch(/412.*status code: 503/s);
    expect(codesOf(await decisionOf(gate, lake, 'pre-commit', 2))).toEqual(['branch-changed']);
  });

  it('whose object is overwritten while it is read is undecided', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, BAD);
    const committing = refusal(lake.commit('main'));
    const reading = ({ side, path }: SeenRequest) => side === 'gateway' && path.endsWith(`/main/${PART}`);
    await meanwhile(reading, () => lake.put('main', PART, GOOD));
    expect(await committing).toMatch(/412.*status code: 503/s);
    expect(codesOf(await decisionOf(gate, lake, 'pre-commit', 2))).toEqual(['object-changed']);
  });

  it('on whose branch another object is written while one is read is undecided', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, GOOD);
    const committing = refusal(lake.commit('main'));
    const reading = ({ side, path }: SeenRequest) => side === 'gateway' && path.endsWith(`/main/${PART}`);
    await meanwhile(reading, () => lake.put('main', CUSTOMERS, csv('id,email', '1,x@example.org')));
    expect(await committing).toMatch(/412.*status code: 503/s);
    expect(codesOf(await decisionOf(gate, lake, 'pre-commit', 2))).toEqual(['branch-changed']);
  });

  it('whose bad object is hidden by a deletion gets in, and post-commit tells', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, BAD);
    const committing = lake.commit('main');
    await meanwhile(listing(lake), () => lake.remove('main', PART));
    const id = await committing;
    const post = await decisionOf(gate, lake, 'post-commit', 2);
    expect(post).toMatchObject({ state: 'rejected', status: 422, mergeCommit: id });
    expect(codesOf(post)).toEqual(['landed-differently']);
    expect((await decisionOf(gate, lake, 'pre-commit', 2)).landed).toMatchObject({ commit: id, same: false });
    // lakeFS shows the run as failed.
    const { results } = await lake.json('GET', `/actions/runs?commit=${id}`);
    expect(results).toContainEqual(expect.objectContaining({ event_type: 'post-commit', status: 'failed' }));
  });

  it('that calls itself an import is denied', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', PART, GOOD);
    const body = { message: 'x', metadata: { '.lakefs.merge.strategy': 'source-wins' } };
    expect(await refusal(lake.json('POST', '/branches/main/commits', body))).toMatch(/status code: 403/);
    expect(codesOf(await decisionOf(gate, lake, 'pre-commit', 2))).toEqual(['forbidden-import']);
  });

  it('that calls itself an import, where imports are allowed, is judged if anything is staged', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_EVENTS: 'import=allow' } });
    const lake = await gatedLake(gate, { files: FILES, events: OUR_EVENTS });
    const body = { message: 'x', metadata: { '.lakefs.merge.strategy': 'source-wins' } };
    await lake.put('main', PART, BAD);
    expect(await refusal(lake.json('POST', '/branches/main/commits', body))).toMatch(/status code: 422/);
  });
});

describe('a cherry-pick', () => {
  it('is judged by its result, and leaves no branch behind', async () => {
    const { gate, lake } = await guarded();
    await lake.branch('etl', { [PART]: BAD });
    await lake.branch('good', { [PART]: GOOD });
    expect(await refusal(pick(lake, 'etl'))).toMatch(/status code: 422/);
    expect(reportOf(await decisionOf(gate, lake, 'pre-cherry-pick'))).toMatchObject({
      scope: { event: 'pre-cherry-pick', source: await lake.head('etl'), read: 'commit' },
    });
    const { id } = await pick(lake, 'good');
    const post = await decisionOf(gate, lake, 'post-cherry-pick');
    expect(post).toMatchObject({ state: 'approved', mergeCommit: id });
    expect((await decisionOf(gate, lake, 'pre-cherry-pick', 2)).landed).toMatchObject({ commit: id, same: true });
    expect(gate.decisions(lake.repository).some(({ branch }) => branch.startsWith('sluice-scratch'))).toBe(false);
    const { results } = await lake.json('GET', '/branches?show_hidden=true');
    expect((results as { id: string }[]).map((one) => one.id).sort()).toEqual(['etl', 'good', 'main']);
  });

  it('is not judged by a branch that is called like the beginning of the picked commit', async () => {
    const { lake } = await guarded();
    await lake.branch('etl', { [PART]: BAD });
    await lake.branch('good', { [PART]: GOOD });
    const bad = await lake.head('etl');
    await lake.branch(bad.slice(0, 63), {}, 'good');
    expect(await refusal(pick(lake, bad))).toMatch(/status code: 403/);
  });

  it('of a merge commit must be good by every parent', async () => {
    const { gate, lake } = await guarded();
    await lake.branch('one', { 'notes/a.txt': 'a' });
    await lake.branch('two', { [PART]: BAD });
    // Below the gate: neither is main.
    await lake.merge('two', 'one');
    const said = await refusal(pick(lake, 'one', { parent_number: 2 }));
    expect(said).toMatch(/status code: 422/);
    expect(codesOf(await decisionOf(gate, lake, 'pre-cherry-pick'))).toContain('parent-unknown');
  });

  it.each([
    ['deny', 'forbidden-unpreviewable'],
    ['allow', 'done'],
  ])('that lakeFS does not name follows unpreviewable: %s', async (unpreviewable, code) => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_UNPREVIEWABLE: unpreviewable } });
    const lake = await gatedLake(gate, { files: FILES });
    const answer = await deliver(gate, {
      event_type: 'pre-cherry-pick',
      repository_id: lake.repository,
      source_ref: 'main',
      commit_metadata: {},
    });
    expect(answer.status).toBe(code === 'done' ? 200 : 403);
    expect(await answer.text()).toContain(code === 'done' ? 'unpreviewable' : code);
  });
});

describe('a revert', () => {
  it('is judged by its result', async () => {
    const { gate, lake } = await guarded();
    // Takes away the customer whom a later order needs.
    await lake.branch('more', { 'tables/customers/part-1.csv': csv('id,email', '9,z@example.org') });
    const { commit: customers } = await lake.merge('more');
    await lake.branch('order', { [PART]: csv('id,customer_id,amount', '13,9,1') });
    const { commit: order } = await lake.merge('order');
    expect(await refusal(revert(lake, String(customers), { parent_number: 1 }))).toMatch(/status code: 422/);
    const judged = reportOf(await decisionOf(gate, lake, 'pre-revert'));
    expect(judged.reasons[0]).toMatch(/relationship/);
    expect(judged.scope).toMatchObject({ event: 'pre-revert', source: customers });
    await revert(lake, String(order), { parent_number: 1 });
    await decisionOf(gate, lake, 'post-revert');
    expect((await decisionOf(gate, lake, 'pre-revert', 2)).landed).toMatchObject({ same: true });
  });

  it('with a message of its own is denied, and one that names another commit is told by post-revert', async () => {
    const { gate, lake } = await guarded();
    await lake.branch('more', { 'tables/customers/part-1.csv': csv('id,email', '9,z@example.org') });
    const { commit: customers } = await lake.merge('more');
    await lake.branch('order', { [PART]: csv('id,customer_id,amount', '13,9,1') });
    const { commit: order } = await lake.merge('order');
    const own = { parent_number: 1, commit_overrides: { message: 'oops' } };
    expect(await refusal(revert(lake, String(customers), own))).toMatch(/status code: 403/);
    const forged = { parent_number: 1, commit_overrides: { message: `Revert ${order}` } };
    expect(await refusal(revert(lake, String(customers), forged))).toBe('done');
    const post = await decisionOf(gate, lake, 'post-revert');
    expect(post).toMatchObject({ state: 'rejected', mergeCommit: await lake.head('main') });
    expect(codesOf(post)).toEqual(['landed-differently']);
  });
});

describe('a tag', () => {
  it('of a release needs an approved decision for its commit; others do not', async () => {
    const { gate, lake } = await guarded({ events: OUR_EVENTS });
    await lake.branch('etl', { [PART]: GOOD });
    expect(await refusal(tag(lake, 'v1', 'etl'))).toMatch(/status code: 403/);
    expect(codesOf(await decisionOf(gate, lake, 'pre-create-tag'))).toEqual(['forbidden-tag']);
    expect(await refusal(tag(lake, 'nightly', 'etl'))).toBe('done');
    await lake.merge('etl');
    expect(await refusal(tag(lake, 'v1', 'main'))).toBe('done');
    await lake.put('main', 'tables/orders/part-2.csv', csv('id,customer_id,amount', '14,1,1'));
    await lake.commit('main');
    await decisionOf(gate, lake, 'post-commit', 2);
    expect(await refusal(tag(lake, 'v2', 'main'))).toBe('done');
  });
});

describe('a merge that lands', () => {
  it('closes its decision', async () => {
    const { gate, lake } = await guarded();
    await lake.branch('etl', { [PART]: GOOD });
    const { commit } = await lake.merge('etl');
    expect(await decisionOf(gate, lake, 'post-merge')).toMatchObject({ state: 'approved', mergeCommit: commit });
    expect((await decisionOf(gate, lake, 'pre-merge')).landed).toMatchObject({ commit, same: true });
  });

  it('without a decision is recorded as rejected', async () => {
    const gate = await sharedGate({ contracts: CONTRACTS });
    const lake = await gatedLake(gate, { files: FILES, events: ['post-merge'] });
    await lake.branch('etl', { [PART]: BAD });
    const { commit } = await lake.merge('etl');
    const post = await decisionOf(gate, lake, 'post-merge');
    expect(post).toMatchObject({ state: 'rejected', status: 422, mergeCommit: commit });
    expect(codesOf(post)).toEqual(['landed-unjudged']);
  });
});

describe('rules', () => {
  const ACTION = '_lakefs_actions/sluice.yaml';
  const CONTRACT = 'contracts/shop.odcs.yaml';
  const RELAXED = SHOP.replace('          minimum: 0\n', '          minimum: -100\n');

  it.each([
    ['merge', async (lake: LakeUser) => (await lake.merge('rules')).message],
    ['cherry-pick', (lake: LakeUser) => refusal(pick(lake, 'rules'))],
  ])('are not changed by a %s of somebody who may not, and the report shows the lines', async (_, change) => {
    const { gate, lake } = await guarded();
    const action = await lake.read('main', ACTION);
    await lake.branch('rules', {
      [ACTION]: action.replace('name: Sluice', 'name: Mine'),
      [PART]: BAD,
    });
    expect(await change(lake)).toMatch(/status code: 403/);
    const decision = gate.decisions(lake.repository).at(-1) as Decision;
    expect(codesOf(decision)[0]).toBe('forbidden-rule-change');
    const [rules] = reportOf(decision).ruleChanges;
    expect(rules).toMatchObject({ path: ACTION, change: 'changed', omitted: 0 });
    expect(rules?.lines.filter(({ kind }) => kind !== ' ').map(({ kind, text }) => kind + text)).toEqual([
      '-name: Sluice',
      '+name: Mine',
    ]);
    expect(reportOf(decision).tables).toEqual([]);
  });

  it('are not changed by a commit of somebody who may not', async () => {
    const { lake } = await guarded({ events: OUR_EVENTS });
    await lake.put('main', ACTION, `${await lake.read('main', ACTION)}# mine\n`);
    expect(await refusal(lake.commit('main'))).toMatch(/status code: 403/);
  });

  it('kept in the repository are rules, too; those who may change them still need good data', async () => {
    const settings = { SLUICE_RULE_CHANGERS: 'quickstart' };
    const free = await sharedGate({ contracts: 'repository', settings });
    const strict = await sharedGate({ contracts: 'repository' });
    const files = { ...FILES, [CONTRACT]: SHOP };
    const there = await gatedLake(strict, { files });
    await there.branch('rules', { [CONTRACT]: RELAXED });
    const refused = await there.merge('rules');
    expect(refused).toMatchObject({ status: 412, hook: { status: 403 } });
    expect(refused.hook?.body).toMatch(/- +minimum: 0\n.*\+ +minimum: -100\n/);
    const lake = await gatedLake(free, { files });
    await lake.branch('both', { [CONTRACT]: RELAXED, [PART]: BAD });
    expect(await lake.merge('both')).toMatchObject({ status: 412, hook: { status: 422 } });
    await lake.branch('rules', { [CONTRACT]: RELAXED });
    expect(await lake.merge('rules')).toMatchObject({ status: 200 });
  });

  it('uploaded again as they are have not changed', async () => {
    const { lake } = await guarded();
    await lake.branch('same', { [ACTION]: `${await lake.read('main', ACTION)}# x\n`, [PART]: GOOD });
    await lake.put('same', ACTION, await lake.read('main', ACTION));
    await lake.commit('same');
    expect(await lake.merge('same')).toMatchObject({ status: 200 });
  });

  it('smuggled under a forged checksum are seen, though no diff shows them', async ({ skip }) => {
    const gate = await sharedGate({ contracts: 'repository' });
    const lake = await gatedLake(gate, { files: { ...FILES, [CONTRACT]: SHOP } });
    const evil = SHOP.replace('minimum: 0', 'minimum:-9');
    const { checksum, size_bytes: size } = await lake.stat('main', CONTRACT);
    await lake.branch('dev', { [CONTRACT]: 'away: for a moment\n' });
    const physicalAddress = await lake.backing('dev', CONTRACT);
    if (!(await lakefs()).writePhysical(physicalAddress, evil)) skip('the block store is not on this machine');
    await lake.link('dev', CONTRACT, { physicalAddress, checksum: String(checksum), sizeBytes: Number(size) });
    await lake.put('dev', 'notes/a.txt', 'a');
    await lake.commit('dev');
    const { results } = await lake.json('GET', '/refs/main/diff/dev?type=two_dot');
    expect((results as { path: string }[]).map(({ path }) => path)).toEqual(['notes/a.txt']);
    expect(await lake.merge('dev')).toMatchObject({ status: 412, hook: { status: 403 } });
  });
});

describe('scratch branches', () => {
  it("are nobody's business, except a canary's merge", async () => {
    const gate = await sharedGate({ contracts: CONTRACTS, settings: { SLUICE_GOVERNED_BRANCHES: 'main' } });
    const lake = await gatedLake(gate, { files: FILES });
    const about = { repository_id: lake.repository, source_ref: 'main' };
    const on = (purpose: string) => ({ ...about, branch_id: `sluice-scratch-${purpose}-h-1-2-a` });
    for (const event_type of ['pre-merge', 'pre-commit', 'pre-cherry-pick', 'pre-delete-branch']) {
      expect((await deliver(gate, { ...on('preview'), event_type })).status, event_type).toBe(200);
    }
    const commit_id = 'a'.repeat(64);
    expect((await deliver(gate, { ...on('canary'), commit_id })).status).toBe(503);
  });
});
