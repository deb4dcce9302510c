import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import type { Mismatch } from './compare.ts';
import { type LakeClient, lakeClient } from './lake-client.ts';
import { createMadeUp } from './made-up.ts';
import { bodyBytes, type Exchange, type Recording, readRecording } from './recording.ts';
import { nextSecond, replay, type Stage } from './replayer.ts';
import { type Delivery, type ScriptedHooks, startScriptedHooks } from './scripted-hooks.ts';

/**
 * What a real lakeFS and its hooks said to one another, played against the stand-in. The recordings begin when the
 * repository is set up, so each test does that first, the way the recorder did.
 */

const RECORDED_HOST = '127.0.0.1:5005';
const ENVIRONMENT = { LAKEFSACTION_SLUICE_TOKEN: 'secret-token-1' };

let sandbox: Sandbox;
let client: LakeClient;
let hooks: ScriptedHooks;

beforeEach(async () => {
  sandbox = await startSandbox({ env: ENVIRONMENT, retryDelayMs: 10 });
  client = lakeClient(sandbox);
  hooks = await startScriptedHooks();
});
afterEach(async () => {
  await sandbox.close();
  await hooks.close();
});

/** Plays a recording and names every difference but those that come from the hook's own address. */
async function differences(recording: Recording, stage: Partial<Stage> = {}): Promise<readonly Mismatch[]> {
  const answers = { ...plainAnswers(recording), ...stage.answers };
  const patches = atOurAddress(recording);
  const found = await replay(recording, { ...sandbox, madeUp: createMadeUp(), hooks, patches, ...stage, answers });
  return found.filter(({ exchange, field, recorded, ours }) => {
    const holdsAddress = patches[exchange] !== undefined && /^body\.(?:checksum|size_bytes)$/.test(field);
    return !holdsAddress && !(withoutResolver(recorded) === withoutResolver(ours));
  });
}

/** Go names the resolver it asked. */
function withoutResolver(text: unknown): unknown {
  return typeof text === 'string' && text.includes('lookup')
    ? text.replace(/ on \S+:53:/, ':').replace(/run id '\w{20}'|"event_time":"[^"]+"|[0-9a-f]{64}|duration: \S+/g, '')
    : Symbol('no lookup');
}

/** The recorder's server sent neither a date nor anything about the connection, and the log shows what is sent. */
function plainAnswers(recording: Recording): NonNullable<Stage['answers']> {
  return Object.fromEntries(
    recording.exchanges.flatMap(({ to, response = {} }, index) => {
      if (to !== 'hook' || response.status === undefined) return [];
      const { status, headers = {}, body = null } = response;
      return [[index, (out: ServerResponse) => plainAnswer(out, status, headers, bodyBytes(body))]];
    }),
  );
}

function plainAnswer(out: ServerResponse, status: number, headers: Exchange['request']['headers'], body: Buffer): void {
  out.sendDate = false;
  out.removeHeader('Connection');
  const ours = Object.entries(headers).map(([name, value]) => [name, value.replace(RECORDED_HOST, host())]);
  out.writeHead(status, { ...Object.fromEntries(ours), ...(status === 204 ? {} : { 'Content-Length': body.length }) });
  out.end(body);
}

/** Uploads of action files name the hook's address; the hook of this test has another. */
function atOurAddress(recording: Recording): NonNullable<Stage['patches']> {
  return Object.fromEntries(
    recording.exchanges.flatMap(({ to, request: { body } }, index) => {
      const holdsAddress = to === 'lakefs' && body !== null && 'text' in body && body.text.includes(RECORDED_HOST);
      return holdsAddress ? [[index, { body: Buffer.from(body.text.replace(RECORDED_HOST, host())) }]] : [];
    }),
  );
}

function host(): string {
  return new URL(hooks.url).host;
}

/** The start of every scenario: data and action files on main, and branches with a file more. */
async function setUp(
  repository: string,
  actions: Readonly<Record<string, string>>,
  branches: readonly string[] = ['dev'],
): Promise<void> {
  await client.createRepository(repository);
  await client.put(repository, 'main', 'data/base.csv', 'id,v\n1,a\n2,b\n');
  for (const [file, text] of Object.entries(actions)) {
    await client.put(repository, 'main', `_lakefs_actions/${file}`, text);
  }
  await client.commit(repository, 'main', 'base and actions');
  for (const branch of branches) {
    await client.branch(repository, branch, 'main');
    await client.put(repository, branch, branch === 'dev' ? 'data/new.csv' : `data/${branch}.csv`, 'id,v\n3,c\n');
    await client.commit(repository, branch, `change ${branch}`);
  }
}

interface HookLines {
  readonly id: string;
  readonly url: string;
  readonly if?: string;
  readonly more?: string;
}

function actionFile(name: string, steps: readonly HookLines[], on = 'pre-merge: {branches: [main]}'): string {
  const lines = steps.map(
    ({ id, url, if: condition = '', more = '' }) =>
      `- {id: ${id}, type: webhook, if: "${condition}", properties: {url: "${new URL(url, hooks.url)}"${more}}}\n`,
  );
  return `name: ${name}\non: {${on}}\nhooks:\n${lines.join('')}`;
}

function gate(url: string, more = ''): Readonly<Record<string, string>> {
  return { 'gate.yaml': actionFile('Sluice gate', [{ id: 'validate', url, more }]) };
}

describe('a pre-merge hook', () => {
  it('approves, and reads the merge commit while it runs: 10', async () => {
    const token = 'headers: {X-Hook-Token: "{{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"}';
    await setUp('hook-approve', gate('/approve', `, query_params: {deadline: 25s}, ${token}`));
    expect(await differences(readRecording('10-pre-merge-approved'))).toEqual([]);
  });

  it('rejects, and is called again for the next try: 11', async () => {
    await setUp('hook-reject', gate('/reject'));
    const recording = readRecording('11-pre-merge-rejected');
    const secondTry = lastIndex(recording, ({ request }) => request.method === 'POST');
    expect(await differences(recording, { before: { [secondTry]: nextSecond } })).toEqual([]);
  });

  it.each('202 204 300 301 302 307 400 401 403 429 500 503 504'.split(' '))('answers %s: 12', async (status) => {
    await setUp(`hook-ans-${status}`, gate(`/${status}`));
    expect(await differences(readRecording(`12-answer-${status}`))).toEqual([]);
  });

  it.each<[string, (out: ServerResponse) => void]>([
    ['chunked', (out) => inTwoChunks(out)],
    ['early', (out) => out.socket?.write(head('Content-Length: 100'))],
    ['truncated', (out) => out.socket?.end(`${head('Content-Length: 100')}not a hundred`)],
    ['noanswer', (out) => out.socket?.end()],
    ['reset', (out) => out.socket?.resetAndDestroy()],
    ['slow', () => {}],
  ])('answers in an odd way, %s: 12', async (way, answer) => {
    const more = way === 'early' || way === 'slow' ? ', timeout: 200ms' : '';
    await setUp(`hook-ans-${way}`, gate(`/${way}`, more));
    expect(await differences(readRecording(`12-answer-${way}`), { answers: { 0: answer } })).toEqual([]);
  });

  it.each([
    ['binary', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['huge', Buffer.from('row of a long report\n'.repeat(60_000))],
  ])('answers with more than the recording holds, %s: 12', async (kind, bytes) => {
    await setUp(`hook-ans-${kind}`, gate(`/${kind}`));
    const recording = readRecording(`12-answer-${kind}`);
    const answers = { 0: (out: ServerResponse) => plainAnswer(out, 422, TEXT, bytes) };
    const found = await differences(recording, { answers });
    // Of the output the recording holds the beginning, up to a byte that depends on the length of addresses.
    expect(found.map(({ exchange, field }) => `${exchange} ${field}`)).toEqual(['5 body']);
    const { body } = await client.get(outputPath(`hook-ans-${kind}`, await onlyRun(`hook-ans-${kind}`)));
    const [, answer = ''] = body.toString('latin1').split('\nResponse:\n');
    expect(answer).toBe(
      `HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: ${bytes.length}\r\nContent-Type: text/plain\r\n\r\n` +
        `${bytes.toString('latin1')}Error: action failed: webhook request failed (status code: 422)\n`,
    );
  });

  it('is not there: 12', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    closed.close();
    await once(closed, 'close');
    const port = typeof address === 'object' ? address?.port : 0;
    await setUp('hook-ans-refused', gate(`http://127.0.0.1:${port}/x`));
    expect(await differences(readRecording('12-answer-refused'))).toEqual([]);
    await setUp('hook-ans-name', gate('http://sluice.invalid/x'));
    expect(await differences(readRecording('12-answer-unknown-host'))).toEqual([]);
  });

  it('gets its secrets, an empty one for the wrong prefix; one that is not set stops the merge: 21', async () => {
    const more = ', headers: {X-Hook-Token: "Bearer {{ ENV.LAKEFSACTION_SLUICE_TOKEN }}"}';
    await setUp('hook-env-x', { 'a.yaml': actionFile('Right prefix', [{ id: 'gate', url: '/ok', more }]) });
    const recording = readRecording('21-env-headers');
    // Repositories of one second begin with one and the same commit.
    const created = recording.exchanges.flatMap(({ request }, index) =>
      request.path.endsWith('/repositories') ? [[index, nextSecond] as const] : [],
    );
    expect(await differences(recording, { before: Object.fromEntries(created) })).toEqual([]);
  });

  it('is called again when a commit moves the destination, and not for a staged object: 26', async () => {
    await setUp('hook-race2', { 'gate.yaml': actionFile('Gate', [{ id: 'gate', url: '/napseen' }]) });
    const recording = readRecording('26-destination-moves-during-hook');
    expect(await differences(withSideCommit(recording))).toEqual([]);
  });
});

describe('several actions', () => {
  it('run side by side, their hooks in order and by their if: 20', async () => {
    const ok = (id: string, condition = '') => ({ id, url: '/ok', if: condition });
    await setUp('hook-multi-y', {
      'a.yaml': actionFile('Aa', [
        ok('a1'),
        { id: 'a2', url: '/no' },
        ok('a3'),
        ok('a4', 'failure()'),
        ok('a5', 'true'),
      ]),
      'b.yaml': actionFile('Bb', [{ id: 'b1', url: '/nap' }, ok('b2')]),
      'c.yaml': actionFile('Cc', [ok('c1')], 'pre-merge: {branches: [release-*]}'),
      'd.yaml': actionFile('Dd no branches', [ok('d1')], 'pre-merge: '),
    });
    expect(await differences(readRecording('20-several-actions'))).toEqual([]);
  });

  it('tell of every event what lakeFS tells: 24', async () => {
    const on = EVENTS.map((event) => `${event}: `).join(', ');
    await client.createRepository('hook-events');
    const all = actionFile('All events', [{ id: 'gate', url: '/ok' }], on);
    await client.put('hook-events', 'main', '_lakefs_actions/all.yaml', all);
    await client.put('hook-events', 'main', 'data/a.csv', '1');
    const recording = readRecording('24-all-events');
    const last = recording.exchanges.length - 1;
    const before = { ...pauses(recording), [last]: () => sandbox.settled() };
    expect(await differences(recording, { before })).toEqual([]);
  });
});

describe('no hook is called', () => {
  it('when the source has removed the action file: 22', async () => {
    await setUp('hook-bypass', gate('/no'), []);
    await client.branch('hook-bypass', 'evil', 'main');
    await client.remove('hook-bypass', 'evil', '_lakefs_actions/gate.yaml');
    await client.put('hook-bypass', 'evil', 'data/evil.csv', 'evil');
    await client.commit('hook-bypass', 'evil', 'without the gate');
    expect(await differences(readRecording('22-bypass-action-removed'))).toEqual([]);
  });

  it('when the source is older than the action file: 27', async () => {
    await client.createRepository('late-gate');
    await client.branch('late-gate', 'old', 'main');
    await client.put('late-gate', 'old', 'data/old.csv', 'old');
    await client.commit('late-gate', 'old', 'old work');
    await client.put('late-gate', 'main', '_lakefs_actions/gate.yaml', gate('/no')['gate.yaml'] ?? '');
    await client.commit('late-gate', 'main', 'install the gate');
    expect(await differences(readRecording('27-branch-older-than-the-gate'))).toEqual([]);
  });
});

describe('a broken action file stops every operation', () => {
  it.each([
    ['folder', '_lakefs_actions/sub/x.yaml'],
    ['text', '_lakefs_actions/notes.txt'],
  ])('a %s: 20b', async (kind, path) => {
    await client.createRepository(`hook-odd-${kind}`);
    await client.put(`hook-odd-${kind}`, 'main', path, 'not yaml');
    expect(await differences(readRecording(`20b-odd-action-${kind}`))).toEqual([]);
  });

  it('an unknown event; a timeout that is a number goes through: 23', async () => {
    await setUp('hook-invalid', {}, []);
    await client.branch('hook-invalid', 'dev', 'main');
    expect(await differences(readRecording('23-invalid-action-files'))).toEqual([]);
  });
});

describe('four merges at once: 25', () => {
  it('all get in, each on top of the one before, and the losers call the hook again', async () => {
    const sources = ['d0', 'd1', 'd2', 'd3'];
    await setUp('hook-race', { 'gate.yaml': actionFile('Gate', [{ id: 'gate', url: '/napseen' }]) }, sources);
    const recording = readRecording('25-concurrent-merges');
    const deliveries: Delivery[] = [];
    const merges = Promise.all(sources.map((source) => client.merge('hook-race', source, 'main')));
    // All four are in before the first gets its answer, as in the recording.
    for (let index = 0; index < 4; index += 1) deliveries.push(...(await nextDelivery()));
    for (const { response } of deliveries) plainAnswer(response, 200, TEXT, Buffer.from('ok\n'));
    const answering = answerAll(deliveries);
    const answers = await merges;
    answering.stop();

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    // Recorded: 8. Each round lets one in, so four merges call 4 + 3 + 2 + 1 times at most.
    expect(deliveries.length).toBeGreaterThanOrEqual(5);
    expect(deliveries.length).toBeLessThanOrEqual(10);
    const payload = recording.exchanges[0]?.request.body;
    for (const { body } of deliveries) expect(shapeOf(JSON.parse(body.toString()))).toEqual(shapeOf(payload));
    const merged = await Promise.all(answers.map(async ({ body }) => commitOf(JSON.parse(body.toString()).reference)));
    const parents = merged.map(({ parents: [first] }) => first);
    expect(new Set(parents).size).toBe(4);
    expect(merged.filter(({ id }) => parents.includes(id))).toHaveLength(3);
    const generations = merged.map(({ generation }) => generation).sort();
    expect(generations).toEqual([4, 5, 6, 7]);
  });
});

const TEXT = { 'Content-Type': 'text/plain' };
const EVENTS = [
  'commit',
  'merge',
  'create-branch',
  'delete-branch',
  'create-tag',
  'delete-tag',
  'revert',
  'cherry-pick',
]
  .flatMap((what) => [`pre-${what}`, `post-${what}`])
  .concat('prepare-commit');

function head(...lines: readonly string[]): string {
  return ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
}

function inTwoChunks(out: ServerResponse): void {
  out.sendDate = false;
  out.removeHeader('Connection');
  out.writeHead(422, { ...TEXT, 'Transfer-Encoding': 'chunked' });
  out.write('chunk one\n');
  out.end('chunk two\n');
}

function lastIndex({ exchanges }: Recording, fits: (exchange: Exchange) => boolean): number {
  return exchanges.length - 1 - [...exchanges].reverse().findIndex(fits);
}

/** The commit that moves the destination is made while the merge waits, so it must not pass for the hook's cause. */
function withSideCommit(recording: Recording): Recording {
  const side = recording.exchanges.findIndex(({ request }) => request.path.endsWith('/branches/main/commits'));
  return {
    ...recording,
    exchanges: recording.exchanges.map((exchange, index) =>
      index === side ? { ...exchange, request: { ...exchange.request, path: `${exchange.request.path}?` } } : exchange,
    ),
  };
}

/** Runs are listed by the second they were made in: the replay has to change seconds where the recording did. */
function pauses({ exchanges }: Recording): NonNullable<Stage['before']> {
  let second = '';
  const changes = exchanges.flatMap(({ to, request: { body } }, index) => {
    if (to !== 'hook' || body === null || !('json' in body)) return [];
    const { event_time: time, event_type: type } = body.json as Record<string, string>;
    if (time === second || type?.startsWith('post-') === true) return [];
    second = time ?? '';
    return [index + exchanges.slice(index).findIndex((other) => other.to === 'lakefs')];
  });
  return Object.fromEntries(changes.map((index) => [index, nextSecond]));
}

function outputPath(repository: string, runId: string): string {
  return `/repositories/${repository}/actions/runs/${runId}/hooks/0000_0000/output`;
}

async function onlyRun(repository: string): Promise<string> {
  const { body } = await client.get(`/repositories/${repository}/actions/runs`);
  const { results } = JSON.parse(body.toString());
  expect(results).toHaveLength(1);
  return results[0].run_id;
}

async function nextDelivery(): Promise<readonly Delivery[]> {
  const delivery = await hooks.next(() => true);
  return delivery === null ? [] : [delivery];
}

/** Answers what comes until it is stopped. */
function answerAll(deliveries: Delivery[]): { stop(): void } {
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const [delivery] = await nextDelivery();
      if (delivery === undefined) return;
      deliveries.push(delivery);
      plainAnswer(delivery.response, 200, TEXT, Buffer.from('ok\n'));
    }
  };
  void loop();
  return {
    stop: () => {
      stopped = true;
    },
  };
}

async function commitOf(id: string): Promise<{ id: string; parents: readonly string[]; generation: number }> {
  const answer = await client.get(`/repositories/hook-race/commits/${id}`);
  return JSON.parse(answer.body.toString());
}

/** The keys of a payload and the kinds of their values. */
function shapeOf(payload: unknown): unknown {
  const json = typeof payload === 'object' && payload !== null && 'json' in payload ? payload.json : payload;
  return Object.entries(json ?? {}).map(([key, value]) => `${key}: ${typeof value}`);
}
