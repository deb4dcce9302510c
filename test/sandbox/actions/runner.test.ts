import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionRunner, createHookRunner } from '../../../src/sandbox/actions/runner.ts';
import type { ActionFile, HookContext, SandboxHookEvent } from '../../../src/sandbox/hooks-port.ts';

/** Paths answer by their name: /ok, /no (422), /nap (200 after 250 ms), /nap-no, /sleep (200 after ten seconds). */
const server = createServer((request, response) => {
  const path = request.url ?? '';
  calls.push(path);
  const status = path.includes('no') ? 422 : 200;
  setTimeout(
    () => response.writeHead(status).end(path),
    path === '/sleep' ? 10_000 : path.includes('nap') ? 250 : 0,
  ).unref();
});
const calls: string[] = [];
let hook = '';
let runner: ActionRunner;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  runner = createHookRunner({ environment: { LAKEFSACTION_TOKEN: 't' } });
});
afterAll(() => {
  runner.close();
  server.close();
});

const EVENT: SandboxHookEvent = { type: 'pre-merge', branchId: 'main', commitId: 'c0ffee', actionsRef: 'abc' };

interface Hook {
  readonly path: string;
  readonly if?: string;
  readonly more?: string;
}

function actionFile(name: string, hooks: readonly Hook[], on = 'pre-merge: {branches: [main]}'): ActionFile {
  const lines = hooks.map(
    (one, index) =>
      `- {id: ${name.toLowerCase()}${index + 1}, type: webhook, if: "${one.if ?? ''}", ` +
      `properties: {url: "${hook}${one.path}"${one.more ?? ''}}}`,
  );
  return { path: `_lakefs_actions/${name}.yaml`, content: `name: ${name}\non: {${on}}\nhooks:\n${lines.join('\n')}\n` };
}

let repositories = 0;
function inNewRepository(files: readonly ActionFile[]): HookContext {
  repositories += 1;
  return {
    repository: `repo-${repositories}`,
    listActionFiles: async () => files,
    signal: new AbortController().signal,
  };
}

async function run(files: readonly ActionFile[], event = EVENT) {
  const context = inNewRepository(files);
  const outcome = await runner.run(event, context);
  const runs = runner.listRuns(context.repository);
  const hooks = runs.flatMap(({ runId }) => runner.listHooks(context.repository, runId) ?? []);
  return { context, outcome, runs, hooks };
}

describe('a run', () => {
  it('runs actions side by side, hooks in order, and after a failure only those whose if says so', async () => {
    const { outcome, runs, hooks } = await run([
      actionFile('Aa', [
        { path: '/ok' },
        { path: '/no' },
        { path: '/ok' },
        { path: '/ok', if: 'failure()' },
        { path: '/ok', if: 'true' },
      ]),
      actionFile('Bb', [{ path: '/nap' }, { path: '/ok' }]),
      actionFile('Cc', [{ path: '/ok' }], 'pre-merge: {branches: [other]}'),
      actionFile('Dd', [{ path: '/ok' }], 'pre-merge: '),
      actionFile('Ee', [{ path: '/ok' }], 'post-merge: '),
    ]);
    const [entry] = runs;
    expect(outcome).toEqual({
      ok: false,
      status: 412,
      message:
        `pre-merge hook aborted, run id '${entry?.runId}': 1 error occurred:\n\t* hook run id '0000_0001' failed on ` +
        "action 'Aa' hook 'aa2': action failed: webhook request failed (status code: 422)\n\n",
    });
    expect(entry).toMatchObject({ branch: 'main', commitId: 'c0ffee', eventType: 'pre-merge', status: 'failed' });
    expect(hooks.map((one) => `${one.hookRunId} ${one.action} ${one.hookId} ${one.status}`)).toEqual([
      '0000_0000 Aa aa1 completed',
      '0000_0001 Aa aa2 failed',
      '0000_0002 Aa aa3 skipped',
      '0000_0003 Aa aa4 completed',
      '0000_0004 Aa aa5 completed',
      '0001_0000 Bb bb1 completed',
      '0001_0001 Bb bb2 completed',
      '0002_0000 Dd dd1 completed',
    ]);
    expect(hooks[2]).toEqual({
      hookRunId: '0000_0002',
      action: 'Aa',
      hookId: 'aa3',
      startTime: '0001-01-01T00:00:00Z',
      status: 'skipped',
    });
    // Side by side: Aa was through long before Bb's nap was over.
    expect(Date.parse(hooks[4]?.endTime ?? '')).toBeLessThan(Date.parse(hooks[5]?.endTime ?? ''));
    expect(entry?.startTime).toBe([hooks[0], hooks[5], hooks[7]].map((one) => one?.startTime).sort()[0]);
    expect(entry?.endTime).toBe(hooks[6]?.endTime);
  });

  it('lists one failure for each action, in the order in which they ended', async () => {
    const { outcome } = await run([
      actionFile('Slow', [{ path: '/nap-no' }]),
      actionFile('Fast', [{ path: '/no' }, { path: '/no', if: 'true' }]),
    ]);
    expect(outcome).toMatchObject({ ok: false, status: 412 });
    expect(outcome.ok ? '' : outcome.message.replace(/^.*?: /, '')).toBe(
      "2 errors occurred:\n\t* hook run id '0001_0000' failed on action 'Fast' hook 'fast1': action failed: webhook " +
        "request failed (status code: 422)\n\t* hook run id '0000_0000' failed on action 'Slow' hook 'slow1': action " +
        'failed: webhook request failed (status code: 422)\n\n',
    );
  });

  it('writes the whole call into the output, secrets masked', async () => {
    const more = ', headers: {X-Hook-Token: "Bearer {{ ENV.LAKEFSACTION_TOKEN }}"}, query_params: {b: [x, y z], a: w}';
    const { context, runs } = await run([actionFile('Gate', [{ path: '/no?c=1', more }])]);
    const output = runner.hookOutput(context.repository, runs[0]?.runId ?? '', '0000_0000')?.toString();
    expect(calls.at(-1)).toBe('/no?a=w&b=x&b=y+z&c=1');
    expect(
      output?.replace(/Request duration: [\d.]+(µs|ms)/, 'Request duration: 1ms').replace(/Date: .*\r/, 'Date: now\r'),
    ).toBe(
      `Request:\nPOST ${hook}/no?c=1\nQuery Params:\nb: x\nb: y z\na: w\nHeaders:\nX-Hook-Token: *******\n` +
        'Content-Type: application/json\nRequest Body:\n{"event_type":"pre-merge","event_time":"' +
        `${/"event_time":"([^"]+)/.exec(output ?? '')?.[1]}","action_name":"Gate","hook_id":"gate1","repository_id":"` +
        `${context.repository}","branch_id":"main","commit_id":"c0ffee"}\n\n\nRequest duration: 1ms\n\nResponse:\n` +
        'HTTP/1.1 422 Unprocessable Entity\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\nDate: now\r\n' +
        'Keep-Alive: timeout=5\r\n\r\n15\r\n/no?a=w&b=x&b=y+z&c=1\r\n0\r\n\r\n' +
        'Error: action failed: webhook request failed (status code: 422)\n',
    );
  });

  it('ends when its client goes away', async () => {
    const gone = new AbortController();
    const context = { ...inNewRepository([actionFile('Gate', [{ path: '/sleep' }])]), signal: gone.signal };
    setTimeout(() => gone.abort(), 30);
    const started = Date.now();
    const outcome = await runner.run(EVENT, context);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(outcome).toMatchObject({
      status: 412,
      message: expect.stringContaining(`action failed: Post "${hook}/sleep": context canceled\n`),
    });
  });

  it('is named by no id when nothing ran', async () => {
    expect((await run([])).outcome).toEqual({ ok: true, runId: null });
    expect((await run([actionFile('Gate', [])])).outcome).toEqual({ ok: true, runId: null });
    expect((await run([actionFile('Gate', [{ path: '/no' }], 'pre-commit: ')])).outcome).toEqual({
      ok: true,
      runId: null,
    });
  });

  it('is completed when every hook was skipped', async () => {
    const { outcome, runs } = await run([actionFile('Gate', [{ path: '/no', if: 'failure()' }])]);
    expect(outcome).toEqual({ ok: true, runId: runs[0]?.runId });
    expect(runs[0]).toMatchObject({ status: 'completed', startTime: '0001-01-01T00:00:00Z' });
    expect(runner.hookOutput(`repo-${repositories}`, runs[0]?.runId ?? '', '0000_0000')).toEqual(Buffer.alloc(0));
  });

  it('gets its commit later, and is listed with the others by second, latest first', async () => {
    const context = inNewRepository([actionFile('Gate', [{ path: '/ok' }], 'pre-commit: ')]);
    const event: SandboxHookEvent = { type: 'pre-commit', branchId: 'main', actionsRef: 'main' };
    const first = await runner.run(event, context);
    await new Promise((resolve) => setTimeout(resolve, 1010));
    const second = await runner.run(event, context);
    const [firstId, secondId] = [first, second].map((outcome) => (outcome.ok ? (outcome.runId ?? '') : ''));
    expect(runner.listRuns(context.repository).map((entry) => entry.runId)).toEqual([secondId, firstId]);
    expect(runner.getRun(context.repository, firstId ?? '')?.commitId).toBe('');
    runner.nameCommit(context.repository, firstId ?? '', 'abcdef');
    expect(runner.getRun(context.repository, firstId ?? '')?.commitId).toBe('abcdef');
  });

  it('is unknown under another repository or name', async () => {
    const { context, runs } = await run([actionFile('Gate', [{ path: '/ok' }])]);
    const runId = runs[0]?.runId ?? '';
    expect(runner.getRun('elsewhere', runId)).toBeNull();
    expect(runner.listHooks(context.repository, 'nothing')).toBeNull();
    expect(runner.hookOutput(context.repository, runId, '0009_0000')).toBeNull();
  });
});

describe('what keeps every operation from going on', () => {
  const broken = (content: string | null, path = '_lakefs_actions/x.yaml'): ActionFile => ({ path, content });

  it.each([
    [
      'a text file',
      [broken('not yaml', '_lakefs_actions/notes.txt')],
      500,
      '1 error occurred:\n\t* parsing file _lakefs_actions/notes.txt: yaml: unmarshal errors:\n' +
        '  line 1: cannot unmarshal !!str `not yaml` into actions.Action\n\n',
    ],
    [
      'a sub-folder, also beside other faults',
      [broken('name: x'), broken(null, '_lakefs_actions/sub/')],
      404,
      "2 errors occurred:\n\t* parsing file _lakefs_actions/x.yaml: 'name' is invalid: invalid action\n" +
        '\t* loading file _lakefs_actions/sub/: get action file metadata _lakefs_actions/sub/: not found\n\n',
    ],
    [
      'two actions of one name',
      [broken('name: Gate\non: {pre-merge: }'), broken('name: Gate\non: {post-merge: }', '_lakefs_actions/y.yaml')],
      500,
      "action name 'Gate' already loaded: invalid action",
    ],
    [
      'a malformed branch pattern',
      [broken('name: Gate\non: {pre-merge: {branches: ["["]}}')],
      500,
      'syntax error in pattern',
    ],
  ])('%s', async (_, files, status, message) => {
    const { outcome, runs } = await run(files);
    expect(outcome).toMatchObject({ ok: false, status });
    expect(outcome.ok ? '' : outcome.message.replace(/^pre-merge hook aborted, run id '\w{20}': /, '')).toBe(message);
    expect(runs).toEqual([]);
  });

  it('a ref that is gone', async () => {
    const context = { ...inNewRepository([]), listActionFiles: () => Promise.reject(new Error('no such ref')) };
    expect(await runner.run(EVENT, context)).toMatchObject({ ok: false, status: 404 });
  });

  it.each([
    [
      ', headers: {X: "{{ ENV.LAKEFSACTION_UNSET }}"}',
      'extracting headers: reading header: LAKEFSACTION_UNSET not found: missing env var',
    ],
    [', headers: {X: 5}', 'extracting headers: headers array should contains only strings: webhook wrong format'],
    [', headers: {X: [a]}', 'extracting headers: headers array should contains only strings: webhook wrong format'],
    [', headers: x', 'extracting headers: unsupported headers: webhook wrong format'],
    [', headers: {1: x}', 'extracting headers: unsupported headers: webhook wrong format'],
    [
      ', query_params: {x: 5}',
      'extracting query params: query params single value should be of type string: webhook wrong format',
    ],
    [
      ', query_params: {x: [5]}',
      'extracting query params: query params array should contains only strings: webhook wrong format',
    ],
    [
      ', query_params: {x: "{{ ENV.LAKEFSACTION_NO }}"}',
      'extracting query params: reading query param: LAKEFSACTION_NO not found: missing env var',
    ],
    [', query_params: [x]', 'extracting query params: unsupported query params: webhook wrong format'],
    [', timeout: "90"', 'webhook request duration: time: missing unit in duration "90"'],
  ])('a property that makes no sense, before any hook runs: %s', async (more, message) => {
    const before = calls.length;
    const { outcome, runs } = await run([
      actionFile('First', [{ path: '/ok' }]),
      actionFile('Odd', [{ path: '/ok', more }]),
    ]);
    expect(outcome).toMatchObject({
      ok: false,
      status: 500,
      message: expect.stringMatching(/^pre-merge hook aborted/),
    });
    expect(outcome.ok ? '' : outcome.message.slice(-message.length)).toBe(message);
    expect([runs, calls.length]).toEqual([[], before]);
  });

  it('an if that is no truth value: 500, and 412 when a hook said no as well', async () => {
    const odd = actionFile('Odd', [{ path: '/ok', if: '1' }]);
    const alone = await run([odd]);
    expect(alone.outcome).toMatchObject({
      status: 500,
      message: expect.stringMatching(/hook 'odd1': hook 'if' expression should evaluate to a boolean\n\n$/),
    });
    expect(alone.hooks).toMatchObject([{ status: 'failed' }]);
    expect((await run([odd, actionFile('Gate', [{ path: '/no' }])])).outcome).toMatchObject({ status: 412 });
  });

  it('a hook of a type that the stand-in does not run', async () => {
    const content = 'name: Script\non: {pre-merge: }\nhooks: [{id: lua1, type: lua, properties: {script: print(1)}}]';
    expect((await run([broken(content)])).outcome).toMatchObject({
      status: 412,
      message: expect.stringContaining("action failed: the stand-in runs no hooks of type 'lua'"),
    });
  });

  it('and a timeout given as a number does not: it is passed over', async () => {
    expect((await run([actionFile('Gate', [{ path: '/nap', more: ', timeout: 0.1' }])])).outcome).toMatchObject({
      ok: true,
    });
  });
});
