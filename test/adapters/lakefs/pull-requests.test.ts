import { afterAll, describe, expect, it } from 'vitest';
import { createPullRequests } from '../../../src/adapters/lakefs/pull-requests.ts';
import { codeOf } from '../serve.ts';
import { type LakeUnderTest, lakeUnderTest, never } from './lake-under-test.ts';

const closers: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of closers) await close();
});

async function withPulls() {
  const lake = await lakeUnderTest();
  await lake.user.branch('dev', { 'b.csv': 'id\n2\n' });
  await lake.user.branch('other', { 'c.csv': 'id\n3\n' });
  const pulls = createPullRequests({ ...lake.server, url: lake.wire.url, backoffMs: 5 });
  closers.push(() => pulls.close());
  return { lake, pulls, sides: { repository: lake.repository, source: 'dev', destination: 'main' } };
}

async function request({ user }: LakeUnderTest, source: string, description?: string): Promise<string> {
  const body = { title: 'Add', source_branch: source, destination_branch: 'main' };
  const { id } = await user.json('POST', '/pulls', description === undefined ? body : { ...body, description });
  return String(id);
}

describe('pull requests', () => {
  it('are found by both branches, while they are open', async () => {
    const { lake, pulls, sides } = await withPulls();
    expect(await pulls.open(sides, never)).toEqual([]);
    const [first, , second] = [
      await request(lake, 'dev'),
      await request(lake, 'other'),
      await request(lake, 'dev', 'again'),
    ];
    expect([...(await pulls.open(sides, never))].sort()).toEqual([first, second].sort());
    expect(await pulls.open({ ...sides, destination: 'dev' }, never)).toEqual([]);
    await lake.user.json('PATCH', `/pulls/${first}`, { status: 'closed' });
    expect(await pulls.open(sides, never)).toEqual([second]);
  });

  it('are read and described, and nothing else of them changes', async () => {
    const { lake, pulls, sides } = await withPulls();
    const id = await request(lake, 'dev');
    expect(await pulls.read(lake.repository, id, never)).toEqual({ status: 'open', description: '' });
    const description = 'a\r\n\r\n<b> ü 🜁 \u0000? \\ "\n';
    await pulls.describe({ repository: sides.repository, id, description }, never);
    expect(await pulls.read(lake.repository, id, never)).toEqual({ status: 'open', description });
    const whole = await lake.user.json('GET', `/pulls/${id}`);
    expect(whole).toMatchObject({ title: 'Add', source_branch: 'dev', destination_branch: 'main', status: 'open' });
    await lake.user.json('PUT', `/pulls/${id}/merge`);
    const merge = await lake.user.head('main');
    expect(await pulls.mergedBy(merge, sides, never)).toEqual([id]);
    expect(await pulls.mergedBy('0'.repeat(64), sides, never)).toEqual([]);
    expect(await pulls.mergedBy(merge, { ...sides, source: 'other' }, never)).toEqual([]);
    await pulls.describe({ repository: sides.repository, id, description: 'after' }, never);
    expect(await pulls.read(lake.repository, id, never)).toEqual({ status: 'merged', description: 'after' });
  });

  it('that are not there, or have no id, are said so', async () => {
    const { pulls, sides } = await withPulls();
    const { repository } = sides;
    expect(await codeOf(pulls.read(repository, '4opnnl9ksdueaee004s0', never))).toBe('lakefs-not-found');
    expect(await codeOf(pulls.read(repository, '..', never))).toBe('lakefs-bad-id');
    expect(await codeOf(pulls.open({ ...sides, repository: 'no-such-repository' }, never))).toBe('lakefs-not-found');
    expect(await codeOf(pulls.open({ ...sides, repository: '../x' }, never))).toBe('lakefs-bad-id');
    const change = { repository, id: '4opnnl9ksdueaee004s0', description: 'x' };
    expect(await codeOf(pulls.describe(change, never))).toBe('lakefs-not-found');
  });

  it('are not waited for beyond the signal', async () => {
    const { pulls, sides } = await withPulls();
    expect(await codeOf(pulls.open(sides, AbortSignal.abort(new Error('enough'))))).toBe('cancelled');
  });
});
