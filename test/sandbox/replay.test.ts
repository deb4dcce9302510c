import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import type { Mismatch } from './compare.ts';
import { type LakeClient, lakeClient } from './lake-client.ts';
import { createMadeUp, type MadeUp } from './made-up.ts';
import { readRecording } from './recording.ts';
import { nextSecond, replay, type Stage } from './replayer.ts';
import { type ScriptedHooks, startScriptedHooks } from './scripted-hooks.ts';

/** The access key is part of a recorded URL; the secret never was in a recording. */
const KEYS = { accessKeyId: 'AKIAIOSFOLQUICKSTART', secretAccessKey: 'the/secret/of/the/replay' };
const WRONG_KEYS = { accessKeyId: KEYS.accessKeyId, secretAccessKey: 'another/secret' };

/** Where the stand-in knowingly does not say what lakeFS says. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '01-repositories': { '2 body.message': 'lakeFS goes on with a dump of its OpenAPI schema' },
  '03-commits': { '3 body.message': 'lakeFS goes on with a dump of its OpenAPI schema' },
  '30-gateway': {
    '16 body': 'the recorded server had the repositories of other scenarios',
    '32 body': "an unsigned request gets the web page, and lakeFS's page is its own",
  },
};

let sandbox: Sandbox;
let client: LakeClient;
let hooks: ScriptedHooks;

beforeAll(async () => {
  sandbox = await startSandbox({ credentials: KEYS });
  client = lakeClient(sandbox);
  hooks = await startScriptedHooks();
});

afterAll(async () => {
  await sandbox.close();
  await hooks.close();
});

async function differences(name: string, stage: Partial<Stage> = {}): Promise<readonly Mismatch[]> {
  return replay(readRecording(name), { ...sandbox, madeUp: createMadeUp(), ...stage });
}

/** Unexpected differences, and expected ones that did not show. */
function beyondKnown(name: string, found: readonly Mismatch[]): readonly unknown[] {
  const known = DIFFERENCES[name] ?? {};
  const places = new Set(found.map(({ exchange, field }) => `${exchange} ${field}`));
  return [
    ...found.filter(({ exchange, field }) => known[`${exchange} ${field}`] === undefined),
    ...Object.keys(known).filter((place) => !places.has(place)),
  ];
}

describe('recordings of one repository, one after the other', () => {
  const madeUp = createMadeUp();

  it.each(['01-repositories', '02-objects', '03-commits', '04-branches-diff', '05-merge'])('%s', async (name) => {
    const patches = name === '01-repositories' ? { 9: { keys: WRONG_KEYS } } : {};
    expect(beyondKnown(name, await differences(name, { madeUp, patches }))).toEqual([]);
  });
});

describe('recordings on their own', () => {
  it('30-gateway', async () => {
    await client.createRepository('gw-one');
    const found = await differences('30-gateway', {
      patches: {
        31: { keys: WRONG_KEYS },
        35: { headers: { 'x-amz-copy-source': '/gw-one/main/t/b%20c.csv' } },
      },
    });
    expect(beyondKnown('30-gateway', found)).toEqual([]);
  });

  it.each([
    ['40-forged-checksum', 'forge', 1],
    ['41-forged-checksum-two-commits', 'forge-ff', 3],
    ['42-forged-checksum-destination-moved', 'forge-moved', 3],
  ])('%s', async (name, repository, linkedAt) => {
    await repositoryWith(repository, { 'data/p.csv': 'id,v\n1,good\n' });
    const madeUp = createMadeUp();
    const before = { [linkedAt]: () => writeLinked(name, linkedAt, madeUp, 'id,v\n1,evil\n') };
    expect(beyondKnown(name, await differences(name, { madeUp, before }))).toEqual([]);
  });

  it('60-unchanged-content', async () => {
    await repositoryWith('odd-changes', { 'd/a.csv': 'id\n1\n', 'd/b.csv': 'id\n2\n' });
    expect(beyondKnown('60-unchanged-content', await differences('60-unchanged-content'))).toEqual([]);
  });

  it('50-pull-requests', async () => {
    await client.createRepository('pulls');
    await client.put('pulls', 'main', '_lakefs_actions/gate.yaml', gateCalling(`${hooks.url}/no`));
    await client.commit('pulls', 'main', 'base and actions');
    await client.branch('pulls', 'dev', 'main');
    await client.put('pulls', 'dev', 'data/c.csv', '3');
    await client.commit('pulls', 'dev', 'change dev');
    expect(
      beyondKnown('50-pull-requests', await differences('50-pull-requests', { hooks, before: { 8: nextSecond } })),
    ).toEqual([]);
  });
});

/** A repository with one commit on main, and a branch dev there. */
async function repositoryWith(repository: string, objects: Readonly<Record<string, string>>): Promise<void> {
  await client.createRepository(repository);
  for (const [path, text] of Object.entries(objects)) await client.put(repository, 'main', path, text);
  await client.commit(repository, 'main', 'base');
  await client.branch(repository, 'dev', 'main');
}

/** Writes to the address that the recorded link names, as the attacker did with access to the object store. */
function writeLinked(name: string, exchange: number, madeUp: MadeUp, text: string): void {
  const body = JSON.stringify(readRecording(name).exchanges[exchange]?.request.body);
  const address = /"physical_address":"([^"]+)"/.exec(body)?.[1];
  if (address === undefined) throw new Error(`exchange ${exchange} of ${name} links nothing`);
  sandbox.writePhysical(madeUp.translate(address), Buffer.from(text));
}

function gateCalling(url: string): string {
  return `name: Sluice gate
on:
  pre-merge:
    branches: [main]
hooks:
  - id: validate
    type: webhook
    properties:
      url: ${url}
`;
}
