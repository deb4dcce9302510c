/** The canary against everything that can stand at the hook's address. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepositoryReader } from '../../src/adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter } from '../../src/adapters/lakefs/repository-writer.ts';
import { openStore } from '../../src/adapters/store/open-store.ts';
import { flyCanary } from '../../src/gate/doctor/canary.ts';
import type { Finding, FindingId } from '../../src/gate/doctor/finding.ts';
import { type ActionFile, gateHooksOf } from '../../src/gate/doctor/gate-hooks.ts';
import type { DecisionRecords } from '../../src/gate/doctor/ports.ts';
import { scratchOwner } from '../../src/wire/scratch-owner.ts';
import { storePath } from '../../src/wire/store-path.ts';
import { gatedLake, lakefs, sharedGate, startGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS } from './shop.ts';

const ACTION = '_lakefs_actions/sluice.yaml';
const gateHere = () => sharedGate({ contracts: CONTRACTS });
const closers: (() => unknown)[] = [];

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

interface Canary {
  readonly url: string;
  /** Changes the action file that is shipped. */
  readonly edit?: (text: string) => string;
  /** State directory whose records are asked; none by default. */
  readonly stateDir?: string;
  readonly signal?: AbortSignal;
}

/** Flies a canary in a repository of its own whose hook has this address. */
async function fly({ url, edit = (text) => text, stateDir, signal = AbortSignal.timeout(60_000) }: Canary) {
  const lake = await gatedLake({ url });
  const files: readonly ActionFile[] = [{ path: ACTION, text: edit(await lake.read('main', ACTION)) }];
  await lake.put('main', ACTION, files[0]?.text ?? '');
  await lake.put('main', 'notes.txt', 'anything');
  await lake.commit('main');
  const head = await lake.head('main');
  const { reader, writer } = await adapters();
  const [hook] = gateHooksOf(files);
  if (hook === undefined) throw new Error('no hook of ours');
  const deps = {
    ...{ reader, writer, owner: scratchOwner() },
    records: stateDir === undefined ? null : recordsIn(stateDir),
    nonce: () => 'nonce',
    onProgress: () => {},
  };
  const facts = await reader.repository(lake.repository, signal);
  const findings = await flyCanary({ facts, deps, signal }, hook, files).catch((error: unknown) => error);
  expect(await scratchBranches(lake)).toEqual([]);
  expect(await lake.head('main')).toBe(head);
  return { lake, findings: findings as readonly Finding[], error: findings };
}

let opened: Promise<{
  readonly reader: ReturnType<typeof createRepositoryReader>;
  readonly writer: ReturnType<typeof createRepositoryWriter>;
}>;

function adapters() {
  opened ??= lakefs().then(({ url, accessKeyId, secretAccessKey }) => {
    const options = { url, accessKeyId, secretAccessKey };
    const [reader, writer] = [createRepositoryReader(options), createRepositoryWriter(options)];
    closers.push(
      () => reader.close(),
      () => writer.close(),
    );
    return { reader, writer };
  });
  return opened;
}

async function scratchBranches(lake: LakeUser): Promise<readonly string[]> {
  const { reader } = await adapters();
  const branches = await reader.branches(lake.repository, 'sluice-scratch-', AbortSignal.timeout(5_000));
  return branches.map(({ id }) => id);
}

function recordsIn(stateDir: string): DecisionRecords {
  return {
    where: 'the records',
    certain: true,
    ofBranch: async () => [],
    ofMergeCommit: async (repository, mergeCommit) => {
      const store = openStore(storePath(stateDir), { readonly: true });
      try {
        return store.list({ repository, mergeCommit, limit: 100 });
      } finally {
        store.close();
      }
    },
  };
}

/** What stands at the hook's address; ends in the path that the hook port has. */
async function stand(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/lakefs`;
}

const answer =
  (status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, { 'content-type': type, ...headers }).end(body));
  };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A proxy before the gate. */
async function proxy(gate: string, { posts, maxBytes }: { readonly posts: number; readonly maxBytes: number }) {
  return stand((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      if (body.length > maxBytes) {
        response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>');
        return;
      }
      const send = () =>
        fetch(`${gate}?${request.url?.split('?')[1] ?? ''}`, {
          method: 'POST',
          headers: {
            'content-type': request.headers['content-type'] ?? '',
            authorization: request.headers.authorization ?? '',
          },
          body,
        });
      for (let repeat = 1; repeat < posts; repeat += 1) await send();
      const last = await send();
      response.writeHead(last.status, {
        'content-type': 'text/plain',
        'x-sluice-decision': last.headers.get('x-sluice-decision') ?? '',
      });
      response.end(await last.text());
    })();
  });
}

function told(findings: readonly Finding[], id: FindingId): string {
  const found = findings.find((one) => one.id === id);
  return `${found?.level}: ${found?.detail}`;
}

describe('the right gate', () => {
  it('refuses bad data, merges good data, and knows its decisions', async () => {
    const gate = await gateHere();
    const { findings, lake } = await fly({ url: gate.url, stateDir: gate.stateDir });
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const decisions = gate.decisions(lake.repository);
    expect(decisions.map(({ state, status }) => [state, status])).toEqual([
      ['rejected', 422],
      ['approved', 200],
    ]);
    // Near the server's own limit: a proxy's smaller one would have shown.
    expect(told(findings, 'canary-repeats')).toBe('ok: each merge was asked about once');
  });

  it('for every branch, without its records: whose gate it was is not known', async () => {
    const gate = await gateHere();
    const { findings } = await fly({
      url: gate.url,
      edit: (text) => text.replace(/pre-merge: \{.*\}/, 'pre-merge: {}'),
    });
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok', 'warn', 'warn']);
    expect(told(findings, 'canary-server')).toContain('its records are not at hand');
  });

  it('another Sluice than this one is told', async () => {
    const [mine, other] = [await gateHere(), await startGate({ contracts: CONTRACTS })];
    const { findings } = await fly({ url: other.url, stateDir: mine.stateDir });
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok', 'fail', 'warn']);
    expect(told(findings, 'canary-server')).toContain('lakeFS asks another server than this one');
  });

  it('Ctrl-C leaves no scratch branch', async () => {
    const stop = new AbortController();
    const url = await stand(() => setTimeout(() => stop.abort(), 20));
    const { error } = await fly({ url, signal: stop.signal });
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

describe('what lets bad data in', () => {
  let sluice: string;
  beforeAll(async () => {
    sluice = (await gateHere()).url;
  });

  const page = answer(200, 'text/html; charset=utf-8', '<html><body>Please log in</body></html>');
  const cases: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['a login page', page, /bad data got in: \S+ answers 200 with a web page to anything; that is no Sluice/],
    ['a health page', answer(200, 'text/plain', 'alive!'), /bad data got in: \S+ answers 200 to anything/],
    ['a server that says nothing', answer(204, 'text/plain', ''), /bad data got in: \S+ answers 204 to anything/],
    [
      'a redirect to a page',
      (request, response) => {
        request.resume();
        if (request.url === '/login') page(request, response);
        else response.writeHead(302, { location: '/login' }).end();
      },
      /bad data got in: \S+ answers 200 with a web page/,
    ],
    [
      'a Sluice that knows no canary',
      answer(200, 'text/plain', 'APPROVED\n', { 'X-Sluice-Decision': '01m7yvhmvc0378nqjxsc4jjjjn' }),
      /bad data got in: a Sluice let it pass \(decision 01m7yvhmvc0378nqjxsc4jjjjn\)/,
    ],
  ];
  it.each(cases)('%s', async (_name, listener, sentence) => {
    const { findings } = await fly({ url: await stand(listener) });
    expect(told(findings, 'canary-blocks')).toMatch(new RegExp(`^fail: ${sentence.source}`));
    expect(told(findings, 'canary-passes')).toMatch(/^unknown: not tried/);
  });

  it('a hook that is never asked', async () => {
    const { findings } = await fly({
      url: sluice,
      edit: (text) => text.replace('id: sluice', 'id: sluice\n    if: "false"'),
    });
    expect(told(findings, 'canary-blocks')).toBe('fail: bad data got in: lakeFS asked no hook before it merged');
  });
});

describe('what blocks everything', () => {
  const text = 'text/plain';
  const cases: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['another path', answer(404, text, 'not found'), /nothing is served under that path \(404\)/],
    ['a proxy without Sluice', answer(502, 'text/html', '<h1>Bad gateway</h1>'), /a proxy cannot reach Sluice \(502\)/],
    ['another server that says 422', answer(422, 'application/json', '{"errors":[]}'), /no Sluice answers 422/],
    ['a server that wants GET', answer(405, text, ''), /POST is not taken there \(405\)/],
    ['a teapot', answer(418, text, 'short and\nstout'), /answers 418: short and stout/],
    [
      'a Sluice that rejects for something else',
      answer(422, text, 'REJECTED orders', { 'X-Sluice-Decision': '01m7yvhmvc0378nqjxsc4jjjjn' }),
      /not as it should: decision 01m7yvhmvc0378nqjxsc4jjjjn answered 422: REJECTED orders/,
    ],
    ['a connection that breaks', (request) => request.socket.destroy(), /the connection broke off/],
  ];
  it.each(cases)('%s', async (_name, listener, sentence) => {
    const { findings } = await fly({ url: await stand(listener) });
    expect(told(findings, 'canary-blocks')).toMatch(sentence);
    expect(told(findings, 'canary-blocks')).toMatch(/^fail: blocked/);
  });

  it('a closed port', async () => {
    const { findings } = await fly({ url: 'http://127.0.0.1:9/hooks/lakefs' });
    expect(told(findings, 'canary-blocks')).toMatch(/^fail: blocked, but not by Sluice: .* \(connection refused\)$/);
  });

  it('an unknown host', async () => {
    const { findings } = await fly({ url: 'http://no-such-host.invalid/hooks/lakefs' });
    expect(told(findings, 'canary-blocks')).toMatch(/lakeFS does not know that host/);
  });

  it('a gate slower than the timeout', async () => {
    const url = await stand((request) => void bodyOf(request).then(() => sleep(20_000, undefined, { ref: false })));
    const { findings } = await fly({ url, edit: (action) => action.replace('timeout: 5m', 'timeout: 300ms') });
    expect(told(findings, 'canary-blocks')).toMatch(/no answer within the timeout of the hook/);
  });

  it('a token that is not the one of the server', async () => {
    const gate = await startGate({
      contracts: CONTRACTS,
      settings: { SLUICE_HOOK_TOKEN: 'quite-another-token-of-24' },
    });
    const { findings } = await fly({ url: gate.url });
    expect(told(findings, 'canary-blocks')).toMatch(/the token was refused \(401\)/);
  });

  it('a variable that lakeFS does not have', async () => {
    const { url } = await gateHere();
    const { findings } = await fly({ url, edit: (action) => action.replaceAll('SLUICE_TOKEN', 'NO_SUCH_TOKEN') });
    expect(told(findings, 'canary-blocks')).toMatch(/lakeFS could not fill in the token/);
  });
});

describe('a proxy before the gate', () => {
  it('that repeats requests is told', async () => {
    const gate = await gateHere();
    const url = await proxy(gate.url, { posts: 3, maxBytes: 1e6 });
    const { findings } = await fly({ url, stateDir: gate.stateDir });
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'warn']);
    expect(told(findings, 'canary-repeats')).toContain('one merge was asked about 3 times');
  });

  it('that takes small bodies only is told', async () => {
    const gate = await gateHere();
    const url = await proxy(gate.url, { posts: 1, maxBytes: 16 * 1024 });
    const { findings } = await fly({ url, stateDir: gate.stateDir });
    expect(told(findings, 'canary-blocks')).toMatch(/^ok/);
    expect(told(findings, 'canary-passes')).toMatch(/refused for its size \(413\)/);
  });
});
