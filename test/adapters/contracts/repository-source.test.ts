import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRepositorySource, type RepositoryFiles } from '../../../src/adapters/contracts/repository-source.ts';
import { SluiceError } from '../../../src/core/problem.ts';
import { codeOf, problemOf } from '../serve.ts';

const COMMIT = 'a'.repeat(64);
const request = { repository: 'lake', destinationCommit: COMMIT };
const never = new AbortController().signal;

function lakeWith(files: Readonly<Record<string, string>>, sizes: Readonly<Record<string, number>> = {}) {
  const asked: string[] = [];
  const lake: RepositoryFiles = {
    async list(repository, commitId, prefix) {
      asked.push(`list ${repository} ${commitId} ${prefix}`);
      return Object.entries(files)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, text]) => ({
          path,
          physicalAddress: `local:///x/${path}`,
          checksum: '',
          sizeBytes: sizes[path] ?? Buffer.byteLength(text),
        }));
    },
    async readObject({ repository, commitId, path }) {
      asked.push(`read ${repository} ${commitId} ${path}`);
      return Buffer.from(files[path] ?? '');
    },
  };
  return { lake, asked };
}

describe('contracts in the repository', () => {
  it('come from the destination commit, in path order, with whole paths and digests', async () => {
    const { lake, asked } = lakeWith({
      'contracts/a.odcs.yaml': 'id: a',
      'contracts/sub/b.yml': 'id: b',
      'contracts/.draft.yaml': 'id: no',
      'contracts/README.md': '#',
      'contracts-old/c.yaml': 'id: no',
      'data/p.parquet': 'PAR1',
    });
    const documents = await createRepositorySource(lake, 'contracts').load(request, never);
    expect(documents).toEqual([
      { file: 'contracts/a.odcs.yaml', text: 'id: a', digest: createHash('sha256').update('id: a').digest('hex') },
      { file: 'contracts/sub/b.yml', text: 'id: b', digest: createHash('sha256').update('id: b').digest('hex') },
    ]);
    expect(asked).toEqual([
      `list lake ${COMMIT} contracts/`,
      `read lake ${COMMIT} contracts/a.odcs.yaml`,
      `read lake ${COMMIT} contracts/sub/b.yml`,
    ]);
  });

  it.each(['contracts', 'contracts/', '/contracts//'])('are found for the prefix %j', async (prefix) => {
    const { lake } = lakeWith({ 'contracts/a.yaml': 'id: a' });
    expect(await createRepositorySource(lake, prefix).load(request, never)).toHaveLength(1);
  });

  it('may lie at the root', async () => {
    const { lake, asked } = lakeWith({ 'a.yaml': 'id: a', '_lakefs_actions/gate.yaml': 'name: gate' });
    expect(await createRepositorySource(lake, '/').load(request, never)).toHaveLength(1);
    expect(asked[0]).toBe(`list lake ${COMMIT} `);
  });

  it('may be none: how every repository starts', async () => {
    expect(await createRepositorySource(lakeWith({}).lake, 'contracts/').load(request, never)).toEqual([]);
  });

  it('are refused when one is shorter than its listing says', async () => {
    const { lake } = lakeWith({ 'contracts/a.yaml': 'id: a' }, { 'contracts/a.yaml': 6 });
    expect(await problemOf(createRepositorySource(lake, 'contracts/').load(request, never))).toMatchObject({
      code: 'contract-torn',
      file: 'contracts/a.yaml',
    });
  });

  it('are not even asked for when one is too large', async () => {
    const { lake, asked } = lakeWith({ 'contracts/a.yaml': 'id: a' }, { 'contracts/a.yaml': 2 ** 30 });
    expect(await codeOf(createRepositorySource(lake, 'contracts/').load(request, never))).toMatch(/too-large$/);
    expect(asked).toHaveLength(1);
  });

  it('are an error when lakeFS fails, never an empty list', async () => {
    const lake: RepositoryFiles = {
      ...lakeWith({}).lake,
      list: () => Promise.reject(new SluiceError({ code: 'lakefs-unreachable', message: 'no' })),
    };
    expect(await codeOf(createRepositorySource(lake, 'contracts/').load(request, never))).toBe('lakefs-unreachable');
  });
});
