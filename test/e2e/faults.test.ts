import { describe, it, vi } from 'vitest';
import type { Fault, SeenRequest } from '../../src/sandbox/faults.ts';
import type { Reply } from '../../src/sandbox/http.ts';
import { gatedLake, HOOK_TOKEN, lakefs, sharedGate } from './harness.ts';
import type { LakeUser } from './lake-user.ts';
import { CONTRACTS, CUSTOMERS, csv, FILES, ORDERS } from './shop.ts';

const ADDED = 'tables/orders/part-1.csv';
const LOGIN = '<!DOCTYPE html><html><body>Please log in</body></html>';

const gate = () => sharedGate({ contracts: CONTRACTS, settings: { SLUICE_CONCURRENT_RUNS: '8' } });

/** Picks requests of one repository; `base` is the head of main, the other commit is the merge result. */
type Target = (request: SeenRequest, base: string) => boolean;

const mergeCommit: Target = ({ path }, base) => path.includes('/commits/') && !path.includes(base);
const baseCommit: Target = ({ path }, base) => path.endsWith(`/commits/${base}`);
const diff: Target = ({ path }) => path.includes('/diff/');
const listing: Target = ({ path }, base) => path.endsWith('/objects/ls') && !path.includes(base);
const repository: Target = ({ path }) => /^\/repositories\/[^/]+$/.test(path);
const bytes: Target = ({ side }) => side === 'gateway';

interface Row {
  readonly fault: string;
  readonly where: Target;
  readonly how: Fault;
  readonly status: 503 | 504;
  readonly code: string;
  /** Of the sentence that people read. */
  readonly words: RegExp;
}

const ROWS: readonly Row[] = [
  row('the merge commit is not there', mergeCommit, failing(404), 503, 'lakefs-not-found', /does not have the commit/),
  row('lakeFS fails', mergeCommit, failing(500), 503, 'lakefs-error', /status 500/),
  row('lakeFS is limiting', baseCommit, failing(429), 503, 'lakefs-error', /status 429/),
  row('the keys are refused', mergeCommit, failing(401), 503, 'lakefs-unauthorized', /refused Sluice's credentials/),
  row('connections are dropped', mergeCommit, { kind: 'reset' }, 503, 'lakefs-unreachable', /could not be reached/),
  row('a redirect to a login', mergeCommit, redirect(), 503, 'lakefs-redirect', /redirects are never followed/),
  row('a page in place of JSON', mergeCommit, page(), 503, 'lakefs-not-an-api', /not with JSON/),
  row('JSON that breaks off', mergeCommit, cutBody(), 503, 'lakefs-bad-answer', /not well-formed JSON/),
  row('a commit without parents', mergeCommit, edit({ parents: [] }), 503, 'merge-without-parent', /has no parent/),
  row(
    'an answer about another commit',
    mergeCommit,
    edit({ id: 'f'.repeat(64) }),
    503,
    'lakefs-bad-answer',
    /cannot be trusted/,
  ),
  row('no answer at all', mergeCommit, { kind: 'hang' }, 504, 'deadline-exceeded', /deadline of 3 s/),
  row('the diff fails', diff, failing(502), 503, 'lakefs-error', /the difference of/),
  row('the diff breaks off', diff, { kind: 'cut', afterBytes: 30 }, 503, 'lakefs-unreachable', /the difference of/),
  row('the diff never comes', diff, { kind: 'hang' }, 504, 'deadline-exceeded', /deadline of 3 s/),
  row('the listing fails', listing, failing(500), 503, 'lakefs-error', /the objects under/),
  row('the listing lacks an added object', listing, without(ADDED), 503, 'changes-contradict', /part-1\.csv/),
  row('the listing lacks an old object', listing, without(ORDERS), 503, 'changes-contradict', /part-0\.csv/),
  row('a page that is followed by itself', listing, endless(), 503, 'lakefs-bad-answer', /cannot be trusted/),
  row('entries without an address', listing, noAddresses(), 503, 'lakefs-bad-answer', /physical_address/),
  row('the repository is not there', repository, failing(404), 503, 'lakefs-not-found', /the repository/),
  row('an object is not there', bytes, failing(404), 503, 'object-missing', /is in the listing, but/),
  row('the gateway refuses the keys', bytes, failing(403), 503, 'gateway-unauthorized', /refused Sluice's credentials/),
  row('the gateway fails', bytes, failing(500), 503, 'gateway-error', /status 500/),
  row('an object breaks off', bytes, { kind: 'cut', afterBytes: 9 }, 503, 'object-truncated', /ended after 9 of/),
  row('a short object that looks whole', bytes, { kind: 'shorten', toBytes: 9 }, 503, 'object-length', /listing says/),
  row('a long object', bytes, longer(), 503, 'object-length', /listing says/),
  row('a redirect of the gateway', bytes, redirect(), 503, 'gateway-redirect', /redirects are never followed/),
  row('a page as long as the object', bytes, pageAsLong(), 503, 'gateway-not-s3', /not from an S3 gateway/),
  row(
    'the gateway drops connections',
    bytes,
    { kind: 'reset' },
    503,
    'gateway-unreachable',
    /connection to the S3 gateway/,
  ),
  row('the gateway never answers', bytes, { kind: 'hang' }, 504, 'deadline-exceeded', /deadline of 3 s/),
];

describe.concurrent('what goes wrong between Sluice and lakeFS', () => {
  it.for(ROWS)('$fault: $status, nothing merged, nothing left behind', async (one, { expect }) => {
    const server = await gate();
    const { lake, base } = await lakeToMerge(one.status === 504 ? '3s' : '25s');
    const { wire, secretAccessKey } = await lakefs();
    wire.faults.order({
      when: (request) => isOf(lake, request) && one.where(request, base),
      fault: one.how,
      times: 99,
    });
    const merged = await lake.merge('etl');

    expect(merged).toMatchObject({ status: 412, commit: null, hook: { status: one.status } });
    expect(merged.message).toContain(`status code: ${one.status}`);
    expect(await lake.head('main')).toBe(base);
    const [decision, ...others] = server.decisions(lake.repository);
    expect(others).toEqual([]);
    expect(decision).toMatchObject({ state: 'undecided', status: one.status });
    expect(JSON.parse(decision?.report ?? '')).toMatchObject({ verdict: 'undecided', problems: [{ code: one.code }] });
    const body = (merged.hook?.body ?? '').replace(/\s+/g, ' ');
    expect(body).toMatch(/^ UNDECIDED/);
    expect(body).toMatch(one.words);
    expect(body).toContain('help');
    expect(body).not.toMatch(/\.[jt]s:\d+|node:internal|\/tmp\//);
    expect(body).not.toContain(secretAccessKey);
    expect(body).not.toContain(HOOK_TOKEN);
  });

  it.for<[string, Target, Fault]>([
    ['lakeFS fails once', mergeCommit, failing(503)],
    ['lakeFS drops one connection', diff, { kind: 'reset' }],
    ['a listing breaks off once', listing, { kind: 'cut', afterBytes: 30 }],
    ['the gateway fails once', bytes, failing(500)],
    ['an object breaks off once', bytes, { kind: 'cut', afterBytes: 9 }],
  ])('%s: tried again, and approved', async ([_, where, fault], { expect }) => {
    await gate();
    const { lake, base } = await lakeToMerge();
    const { wire } = await lakefs();
    wire.faults.order({ when: (request) => isOf(lake, request) && where(request, base), fault });
    expect(await lake.merge('etl')).toMatchObject({ status: 200, hook: { status: 200 } });
  });
});

describe('after all of that', () => {
  it('no run has left its directory', async ({ expect }) => {
    const server = await gate();
    // A run that its deadline cut off has been answered before it has tidied up.
    await vi.waitFor(() => expect(server.runDirectories()).toEqual([]), { timeout: 5_000 });
  });

  it('the same server judges the next merge', async ({ expect }) => {
    const { lake } = await lakeToMerge();
    expect(await lake.merge('etl')).toMatchObject({ status: 200 });
  });
});

/** A merge that only a fault can stop. The deadline is short only where it is what ends the run. */
async function lakeToMerge(deadline = '25s'): Promise<{ readonly lake: LakeUser; readonly base: string }> {
  const lake = await gatedLake(await gate(), { files: FILES, deadline });
  await lake.branch('etl', {
    [ADDED]: csv('id,customer_id,amount', '12,3,1'),
    [CUSTOMERS]: FILES[CUSTOMERS] + csv('4,dee'),
  });
  return { lake, base: await lake.head('main') };
}

function isOf(lake: LakeUser, { side, path }: SeenRequest): boolean {
  const home = side === 'gateway' ? `/${lake.repository}/` : `/repositories/${lake.repository}`;
  return path.startsWith(home);
}

function row(fault: string, where: Target, how: Fault, status: Row['status'], code: string, words: RegExp): Row {
  return { fault, where, how, status, code, words };
}

function failing(status: number): Fault {
  return { kind: 'status', status, body: '{"message":"no"}', headers: { 'Content-Type': 'application/json' } };
}

function redirect(): Fault {
  return { kind: 'redirect', location: 'http://127.0.0.1:9/login', status: 302 };
}

function page(): Fault {
  return { kind: 'status', status: 200, body: LOGIN, headers: { 'Content-Type': 'text/html; charset=utf-8' } };
}

function pageAsLong(): Fault {
  return {
    kind: 'edit',
    edit: ({ body }) => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: Buffer.alloc(body.length, LOGIN),
    }),
  };
}

/** Whole to HTTP: the length that is declared is the length that comes. */
function cutBody(): Fault {
  return { kind: 'edit', edit: (reply) => changed(reply, reply.body.subarray(0, -20)) };
}

function longer(): Fault {
  return { kind: 'edit', edit: (reply) => changed(reply, Buffer.concat([reply.body, Buffer.from('13,3,1\n')])) };
}

/** Overwrites fields of a JSON answer. */
function edit(fields: Readonly<Record<string, unknown>>): Fault {
  return editJson((answer) => ({ ...answer, ...fields }));
}

interface Page {
  readonly results: readonly { readonly path: string }[];
  readonly pagination: Readonly<Record<string, unknown>>;
}

function without(path: string): Fault {
  return editJson((answer) => {
    const { results, pagination } = answer as unknown as Page;
    const left = results.filter((entry) => entry.path !== path);
    return { results: left, pagination: { ...pagination, results: left.length } };
  });
}

function endless(): Fault {
  return editJson((answer) => {
    const { results, pagination } = answer as unknown as Page;
    return { results, pagination: { ...pagination, has_more: true, next_offset: results.at(-1)?.path } };
  });
}

function noAddresses(): Fault {
  return editJson((answer) => {
    const { results, pagination } = answer as unknown as Page;
    return { results: results.map((entry) => ({ ...entry, physical_address: undefined })), pagination };
  });
}

function editJson(change: (answer: Record<string, unknown>) => unknown): Fault {
  return {
    kind: 'edit',
    edit: (reply) => changed(reply, Buffer.from(JSON.stringify(change(JSON.parse(reply.body.toString()))))),
  };
}

function changed({ status, headers }: Reply, body: Buffer): Reply {
  return { status, headers, body };
}
