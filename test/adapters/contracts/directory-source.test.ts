import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDirectorySource } from '../../../src/adapters/contracts/directory-source.ts';
import { codeOf, problemOf } from '../serve.ts';

const request = { repository: 'lake', destinationCommit: 'a'.repeat(64) };
const never = new AbortController().signal;

function directoryOf(files: Readonly<Record<string, string | Buffer>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-contracts-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

describe('a directory of contracts', () => {
  it('gives every YAML file below it, in path order, with the digest of its bytes', async () => {
    const directory = directoryOf({
      'z.odcs.yaml': 'id: z',
      'sales/orders.odcs.yml': 'id: orders # ü',
      'a.yaml': 'id: a',
      'B.YML': 'id: b',
      'README.md': '# not one',
      'notes.yaml.bak': 'id: no',
      '.git/config.yaml': 'id: no',
      '.hidden.yaml': 'id: no',
    });
    const documents = await createDirectorySource(directory).load(request, never);
    expect(documents.map(({ file, text }) => [file, text])).toEqual([
      ['B.YML', 'id: b'],
      ['a.yaml', 'id: a'],
      ['sales/orders.odcs.yml', 'id: orders # ü'],
      ['z.odcs.yaml', 'id: z'],
    ]);
    expect(documents[2]?.digest).toBe(createHash('sha256').update('id: orders # ü').digest('hex'));
  });

  it('sees an edit at once', async () => {
    const directory = directoryOf({ 'a.odcs.yaml': 'id: a' });
    const source = createDirectorySource(directory);
    await source.load(request, never);
    writeFileSync(join(directory, 'a.odcs.yaml'), 'id: b');
    expect((await source.load(request, never))[0]?.text).toBe('id: b');
  });

  it('reads a mounted Kubernetes ConfigMap once, through its links', async () => {
    const directory = directoryOf({ '..2026_11_21/orders.odcs.yaml': 'id: orders' });
    symlinkSync('..2026_11_21', join(directory, '..data'));
    symlinkSync('..data/orders.odcs.yaml', join(directory, 'orders.odcs.yaml'));
    const documents = await createDirectorySource(directory).load(request, never);
    expect(documents.map(({ file, text }) => [file, text])).toEqual([['orders.odcs.yaml', 'id: orders']]);
  });

  it('may itself be a link', async () => {
    const directory = directoryOf({ 'real/a.odcs.yaml': 'id: a' });
    symlinkSync('real', join(directory, 'link'));
    expect(await createDirectorySource(join(directory, 'link')).load(request, never)).toHaveLength(1);
  });
});

describe('a directory that cannot be what was meant', () => {
  it('holds no contract', async () => {
    expect(await codeOf(createDirectorySource(directoryOf({ 'README.md': '' })).load(request, never))).toBe(
      'contracts-none',
    );
  });

  it('does not exist', async () => {
    const gone = join(directoryOf({}), 'gone');
    const problem = await problemOf(createDirectorySource(gone).load(request, never));
    expect(problem.code).toBe('contracts-unreadable');
    expect(problem.message).not.toContain(gone);
  });

  it('is a file', async () => {
    const file = join(directoryOf({ 'a.odcs.yaml': 'id: a' }), 'a.odcs.yaml');
    expect(await codeOf(createDirectorySource(file).load(request, never))).toBe('contracts-unreadable');
  });

  it('has a link that leads out', async () => {
    const outside = directoryOf({ 'secret.yaml': 'password: 1' });
    const directory = directoryOf({ 'a.odcs.yaml': 'id: a' });
    symlinkSync(join(outside, 'secret.yaml'), join(directory, 'b.odcs.yaml'));
    const problem = await problemOf(createDirectorySource(directory).load(request, never));
    expect(problem).toMatchObject({ code: 'contract-outside', file: 'b.odcs.yaml' });
  });

  it('has a link that leads to a neighbour whose name begins alike', async () => {
    const parent = directoryOf({ 'contracts/a.odcs.yaml': 'id: a', 'contracts-old/b.odcs.yaml': 'id: b' });
    symlinkSync('../contracts-old/b.odcs.yaml', join(parent, 'contracts/b.odcs.yaml'));
    expect(await codeOf(createDirectorySource(join(parent, 'contracts')).load(request, never))).toBe(
      'contract-outside',
    );
  });

  it('has a link that leads nowhere', async () => {
    const directory = directoryOf({ 'a.odcs.yaml': 'id: a' });
    symlinkSync('gone.yaml', join(directory, 'b.odcs.yaml'));
    expect(await problemOf(createDirectorySource(directory).load(request, never))).toMatchObject({
      code: 'contracts-unreadable',
      file: 'b.odcs.yaml',
    });
  });

  it('has a named pipe in place of a contract, which would never end', async () => {
    const directory = directoryOf({});
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(directory, 'pipe.yaml')]);
    expect(await codeOf(createDirectorySource(directory).load(request, never))).toBe('contracts-unreadable');
  });

  it('has a contract that is too large, one byte over', async () => {
    const most = directoryOf({ 'a.yaml': 'a'.repeat(1024 * 1024) });
    expect(await createDirectorySource(most).load(request, never)).toHaveLength(1);
    const over = directoryOf({ 'a.yaml': 'a'.repeat(1024 * 1024 + 1) });
    expect(await codeOf(createDirectorySource(over).load(request, never))).toBe('contract-too-large');
  });

  it('has more than 64 MiB of contracts', async () => {
    const content = 'a'.repeat(1024 * 1024);
    const files = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`${index}.yaml`, content]));
    expect(await codeOf(createDirectorySource(directoryOf(files)).load(request, never))).toBe('contracts-too-large');
  });

  it('has a contract in Latin-1', async () => {
    const directory = directoryOf({ 'a.yaml': Buffer.from('id: m\xfcller', 'latin1') });
    expect(await problemOf(createDirectorySource(directory).load(request, never))).toMatchObject({
      code: 'contract-not-utf8',
      file: 'a.yaml',
    });
  });

  it('is not read when the caller has given up', async () => {
    const directory = directoryOf({ 'a.yaml': 'id: a' });
    expect(await codeOf(createDirectorySource(directory).load(request, AbortSignal.abort()))).toBe('cancelled');
  });
});
