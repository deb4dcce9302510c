import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Patient } from '../../../src/gate/doctor/examination.ts';
import { tryRights } from '../../../src/gate/doctor/scratch-trial.ts';

const COMMIT = 'c'.repeat(64);
const signal = new AbortController().signal;

/** A lake that keeps one object and gives it to whoever asks in the ways named. */
function patient({
  unsigned,
  gateway = 'true',
}: {
  unsigned: 'page' | 'object' | 'denied';
  gateway?: 'true' | 'other';
}) {
  const uploads: Uint8Array[] = [];
  const branches = new Set<string>();
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const stored = () => uploads.at(-1) ?? new Uint8Array();
  const answers = {
    page: { status: 200, contentType: 'text/html', sha256: 'page' },
    denied: { status: 403, contentType: 'application/xml', sha256: 'xml' },
  };
  const deps = {
    nonce: () => 'n1',
    owner: { host: 'h', pid: 1, startedAt: 0, isAlive: () => true, random: () => 'r', now: () => 1 },
    reader: {
      branches: async () => [],
      listAt: async (_repository: string, _ref: string, path: string) => [
        { path, physicalAddress: 'local://x/y', checksum: '', sizeBytes: stored().length, modifiedAt: 0 },
      ],
      readAt: async () => stored(),
    },
    writer: {
      createBranch: async ({ branch }: { branch: string }) => void branches.add(branch),
      deleteBranch: async (_repository: string, branch: string) => branches.delete(branch),
      upload: async ({ bytes }: { bytes: Uint8Array }) => void uploads.push(bytes),
      commit: async () => ({ kind: 'done', commitId: COMMIT }),
    },
    objects: {
      fetch: async () => [
        { sha256: gateway === 'true' ? sha256(stored()) : 'other', path: '', localPath: '', sizeBytes: 1 },
      ],
    },
    workspace: { use: <T>(work: (directory: string) => Promise<T>) => work('/nowhere') },
    http: {
      get: async () =>
        unsigned === 'object'
          ? { status: 200, contentType: 'text/plain', sha256: sha256(stored()) }
          : answers[unsigned],
    },
  };
  const facts = { id: 'lake', defaultBranch: 'main', storageNamespace: 'local://x', readOnly: false };
  return { branches, patient: { facts, deps, signal } as unknown as Patient };
}

async function told(options: Parameters<typeof patient>[0]) {
  const { branches, patient: one } = patient(options);
  const findings = await tryRights(one);
  expect(branches.size).toBe(0);
  return Object.fromEntries(findings.map(({ id, level, detail }) => [id, `${level}: ${detail}`]));
}

it('a gateway that gives objects away without a signature is told', async () => {
  expect(await told({ unsigned: 'object' })).toMatchObject({
    permissions: expect.stringMatching(/^ok/),
    'gateway-signed': 'ok: gave the object as it was uploaded',
    'gateway-unsigned': 'warn: an object is given away without a signature (status 200)',
  });
});

it.each([
  ['page', 'ok: status 200 and a web page; every read of Sluice is signed'],
  ['denied', 'ok: status 403 and no object; every read of Sluice is signed'],
] as const)('without a signature, %s is what it should be', async (unsigned, line) => {
  expect((await told({ unsigned }))['gateway-unsigned']).toBe(line);
});

it('a gateway that gives other bytes than were uploaded fails', async () => {
  expect((await told({ unsigned: 'page', gateway: 'other' }))['gateway-signed']).toBe(
    'fail: gave other bytes than were uploaded',
  );
});
