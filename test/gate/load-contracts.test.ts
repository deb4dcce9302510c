import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createContractReader } from '../../src/gate/load-contracts.ts';

const TEXT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties: [{name: id, logicalType: integer, required: true}]
`;

function document(file: string, text: string) {
  return { file, text, digest: createHash('sha256').update(text).digest('hex') };
}

const many = Array.from({ length: 40 }, (_, index) => document(`${index}.odcs.yaml`, TEXT));
const { signal } = new AbortController();

describe('reading the contracts of a merge', () => {
  it('lets others work between any two documents', async () => {
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
    }, 0);
    await createContractReader({})(many, signal);
    clearInterval(others);
    expect(turns).toBeGreaterThan(5);
  });

  it('reads a document once, and a changed one anew', async () => {
    const read = createContractReader({});
    const first = await read(many, signal);
    const changed = document('3.odcs.yaml', TEXT.replace('id: orders', 'id: other'));
    const second = await read(many.with(3, changed), signal);
    expect(second.contracts.map((contract, index) => contract === first.contracts[index])).toEqual(
      many.map((_, index) => index !== 3),
    );
    expect(second.contracts[3]?.id).toBe('other');
    expect(second.checks.size).toBe(many.length);
  });

  it('tells the same text in two files apart', async () => {
    const { contracts, checks } = await createContractReader({})([document('a', TEXT), document('b', TEXT)], signal);
    expect(contracts.map(({ file }) => file)).toEqual(['a', 'b']);
    expect([...checks.keys()]).toEqual(['a', 'b']);
  });

  it('keeps the problems of every document, in their order, also when remembered', async () => {
    const read = createContractReader({});
    const bad = [document('a', 'a: ['), document('b', TEXT), document('c', 'c: [')];
    const { problems } = await read(bad, signal);
    expect(problems.filter(({ level }) => level !== 'warning').map(({ file }) => file)).toEqual(['a', 'c']);
    expect((await read(bad, signal)).problems).toEqual(problems);
  });

  it('stops when nobody waits any more', async () => {
    const reason = new Error('gone');
    await expect(createContractReader({})(many, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
