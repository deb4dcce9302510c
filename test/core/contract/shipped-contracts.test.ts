import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deriveChecks } from '../../../src/core/check/derive-checks.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { formatProblem } from '../../../src/core/problem.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the contracts that are shipped', () => {
  const files = readdirSync(join(ROOT, 'contracts')).filter((file) => file.endsWith('.odcs.yaml'));

  it('are there', () => {
    expect(files).toEqual(expect.arrayContaining(['flights.odcs.yaml', 'orders.odcs.yaml']));
  });

  it.each(files)('%s loads without a word and can be run whole', (file) => {
    const loaded = loadContract({ file, text: read(`contracts/${file}`), digest: 'd' }, { variables: {} });
    expect(loaded.problems.map(formatProblem)).toEqual([]);
    if (loaded.contract === null) throw new Error('no contract');
    const { checks, problems } = deriveChecks(loaded.contract);
    expect(problems).toEqual([]);
    expect(checks.filter((check) => check.kind === 'unsupported')).toEqual([]);
  });
});

describe('what is published for editors', () => {
  it('is the schema that contracts are judged by', () => {
    expect(read('schemas/contract.schema.json')).toBe(read('src/core/contract/contract.schema.json'));
  });

  it('describes every key', () => {
    const lacking: string[] = [];
    const walk = (node: unknown, path: string, isProperty: boolean): void => {
      if (typeof node !== 'object' || node === null) return;
      const described = 'description' in node || '$ref' in node;
      if (isProperty && !described) lacking.push(path);
      for (const [key, value] of Object.entries(node)) {
        // Conditions repeat keys that are described where they are declared.
        if (key === 'if' || key === 'then' || key === 'allOf' || key === 'oneOf' || key === 'not') continue;
        walk(value, `${path}/${key}`, path.endsWith('/properties') && !path.endsWith('/properties/properties'));
      }
    };
    walk(JSON.parse(read('schemas/contract.schema.json')), '', false);
    expect(lacking).toEqual([]);
  });
});

describe('docs/error-codes.md', () => {
  it('lists every code that contracts are refused or warned with', () => {
    const folder = join(ROOT, 'src/core/contract');
    const source = readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(`src/core/contract/${file}`))
      .join('\n');
    const codes = [...source.matchAll(/code: (?:[^'\n]*\? )?'([a-z0-9-]+)'(?: : '([a-z0-9-]+)')?/g)].flatMap(
      (match) => [match[1] ?? '', ...(match[2] === undefined ? [] : [match[2]])],
    );
    expect(codes.length).toBeGreaterThan(50);
    const listed = [...read('docs/error-codes.md').matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1]);
    expect([...new Set(codes)].filter((code) => !listed.includes(code))).toEqual([]);
  });
});
