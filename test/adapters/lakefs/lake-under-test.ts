import { randomBytes } from 'node:crypto';
import { createLakefsLake, type LakefsLake } from '../../../src/adapters/lakefs/lake.ts';
import { createRepositoryReader } from '../../../src/adapters/lakefs/repository-reader.ts';
import { createRepositoryWriter, type WriterOptions } from '../../../src/adapters/lakefs/repository-writer.ts';
import type { RepositoryReader, RepositoryWriter } from '../../../src/gate/repository-ports.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { openWire, type Wire } from '../../e2e/faulty-wire.ts';
import { createRepository, type LakeUser } from '../../e2e/lake-user.ts';
import { whenFileEnds } from '../../support/lifetimes.ts';

export const never = new AbortController().signal;

interface Server {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface LakeUnderTest {
  readonly repository: string;
  /** Past the wire and past the adapters. */
  readonly user: LakeUser;
  /** What the adapters reach lakeFS through: it counts, and breaks what it is told to break. */
  readonly wire: Wire;
  readonly server: Server;
  readonly lake: LakefsLake;
  readonly reader: RepositoryReader;
  readonly writer: RepositoryWriter;
}

/** Of this test file. */
let opened: Promise<{ readonly server: Server; readonly wire: Wire }> | undefined;

/**
 * A repository of its own with one commit on `main`, on the stand-in, or on the real lakeFS that
 * `SLUICE_TEST_LAKEFS_URL` and its keys name (see test/e2e/harness.ts).
 */
export async function lakeUnderTest(
  files: Readonly<Record<string, string>> = { 'a.csv': 'id\n1\n' },
  options: Partial<WriterOptions> = {},
): Promise<LakeUnderTest> {
  opened ??= open();
  const { server, wire } = await opened;
  const user = await createRepository(server, `adapters-${randomBytes(6).toString('hex')}`);
  for (const [path, text] of Object.entries(files)) await user.put('main', path, text);
  await user.commit('main', 'first data');
  const reached = { ...server, url: wire.url, backoffMs: 5, ...options };
  const [lake, reader, writer] = [
    createLakefsLake(reached),
    createRepositoryReader(reached),
    createRepositoryWriter(reached),
  ];
  whenFileEnds(() => Promise.all([lake.close(), reader.close(), writer.close()]));
  return { repository: user.repository, user, wire, server, lake, reader, writer };
}

async function open(): Promise<{ readonly server: Server; readonly wire: Wire }> {
  whenFileEnds(() => {
    opened = undefined;
  });
  const server = await chosen();
  const wire = await openWire(server.url);
  whenFileEnds(() => wire.close());
  return { server, wire };
}

async function chosen(): Promise<Server> {
  const { SLUICE_TEST_LAKEFS_URL: url } = process.env;
  if (url !== undefined) {
    const accessKeyId = process.env['SLUICE_TEST_LAKEFS_ACCESS_KEY_ID'] ?? '';
    return { url, accessKeyId, secretAccessKey: process.env['SLUICE_TEST_LAKEFS_SECRET_ACCESS_KEY'] ?? '' };
  }
  const sandbox = await startSandbox();
  whenFileEnds(() => sandbox.close());
  return { url: sandbox.url, accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey };
}

/** An action with one webhook. */
export function actionCalling(url: string, event = 'pre-merge'): string {
  return `name: Gate
on:
  ${event}:
hooks:
  - id: check
    type: webhook
    properties:
      url: ${url}
`;
}
