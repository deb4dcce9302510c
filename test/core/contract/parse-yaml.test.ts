import { describe, expect, it } from 'vitest';
import type { YamlNode } from '../../../src/core/contract/contract.ts';
import { MOST_CONTRACT_BYTES, MOST_YAML_DEPTH, parseYaml } from '../../../src/core/contract/parse-yaml.ts';
import { unmark } from './load-marked.ts';

const parse = (text: string) => parseYaml('c.yaml', text);

function scalar(text: string): unknown {
  const root = parse(`a: ${text}\n`).root;
  const value = root?.kind === 'map' ? root.entries[0]?.value : undefined;
  return value?.kind === 'scalar' ? value.value : value;
}

describe('refused YAML', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an empty file', 'yaml-empty', '»'],
    ['comments alone', 'yaml-empty', '»# nothing\n'],
    ['a key twice', 'yaml-key-repeated', 'a: 1\nb: 2\n»a: 3\n'],
    ['a key twice below', 'yaml-key-repeated', 'a:\n  - {x: 1, »x: 2}\n'],
    ['an alias', 'yaml-alias', 'a: &x 1\nb: »*x\n'],
    ['a merge key', 'yaml-merge-key', '»<<: {a: 1}\n'],
    ['a custom tag', 'yaml-tag', 'a: !secret »x\n'],
    ['a tag of YAML itself', 'yaml-tag', 'a: !!binary »aGk=\n'],
    ['a second document', 'yaml-several-documents', 'a: 1\n»---\nb: 2\n'],
    ['a list as key', 'yaml-key-not-text', '? »[1, 2]\n: 3\n'],
    ['a prototype', 'yaml-key-forbidden', 'a:\n  »__proto__: {b: 1}\n'],
    ['a constructor', 'yaml-key-forbidden', '»constructor: 1\n'],
    ['infinity', 'yaml-number-not-finite', 'a: ».inf\n'],
    ['not a number', 'yaml-number-not-finite', 'a: [».nan]\n'],
    ['a number beyond every engine', 'yaml-number-not-finite', 'a: »1e999\n'],
    ['a tab as indentation', 'yaml-syntax', 'a:\n»\tb: 1\n'],
    ['an open quote', 'yaml-syntax', 'a: "x\n»'],
    ['a colon too many', 'yaml-syntax', 'a: »b: c\n'],
  ];

  it.each(cases)('%s', (_name, code, marked) => {
    const { text, marks } = unmark(marked);
    const { root, problems } = parse(text);
    expect(root).toBeNull();
    expect(problems[0]).toMatchObject({ code, file: 'c.yaml' });
    expect(`${problems[0]?.line}:${problems[0]?.column}`).toBe(marks[0]);
    expect(problems.every((problem) => problem.hint !== undefined)).toBe(true);
  });

  it('tells everything at once', () => {
    const codes = parse('a: 1\na: .nan\nb: *x\n').problems.map((problem) => problem.code);
    expect(codes).toEqual(['yaml-key-repeated', 'yaml-number-not-finite', 'yaml-alias']);
  });

  it('names the line of the first of two keys', () => {
    expect(parse('x: 0\na: 1\na: 2\n').problems[0]?.message).toContain('line 2');
  });

  it('a file that is too large, unparsed', () => {
    const { problems } = parse(`a: "${'é'.repeat(MOST_CONTRACT_BYTES / 2)}"`);
    expect(problems.map((problem) => problem.code)).toEqual(['yaml-too-large']);
  });

  it.each([
    ['just too deep', MOST_YAML_DEPTH + 1],
    ['deeper than any stack', 100_000],
  ])('brackets nested %s', (_name, depth) => {
    const problems = parse(`${'['.repeat(depth)}${']'.repeat(depth)}`).problems;
    expect(problems.map((problem) => problem.code)).toContain('yaml-too-deep');
    expect(problems.length).toBeLessThan(30);
  });

  it('a file of twenty thousand keys in reasonable time', () => {
    const started = process.cpuUsage();
    expect(parse(Array.from({ length: 20_000 }, (_unused, index) => `k${index}: 1`).join('\n')).problems).toEqual([]);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(5000);
  });
});

describe('accepted YAML', () => {
  it('the deepest that is allowed', () => {
    const depth = MOST_YAML_DEPTH;
    expect(parse(`${'['.repeat(depth)}${']'.repeat(depth)}`).problems).toEqual([]);
  });

  it.each([
    ['9007199254740993', { type: 'number', text: '9007199254740993' }],
    ['0.10', { type: 'number', text: '0.10' }],
    ['+07', { type: 'number', text: '7' }],
    ['-0.50', { type: 'number', text: '-0.50' }],
    ['-0', { type: 'number', text: '0' }],
    ['.5', { type: 'number', text: '0.5' }],
    ['1.', { type: 'number', text: '1' }],
    ['0x1F', { type: 'number', text: '31' }],
    ['0o17', { type: 'number', text: '15' }],
    ['1.5e3', { type: 'number', text: '1500' }],
    ['12.5E-3', { type: 'number', text: '0.0125' }],
    ['yes', { type: 'text', text: 'yes' }],
    ['2026-01-05', { type: 'text', text: '2026-01-05' }],
    ['1_000', { type: 'text', text: '1_000' }],
    ['"7"', { type: 'text', text: '7' }],
    ['true', { type: 'boolean', value: true }],
    ['~', { type: 'null' }],
    ['', { type: 'null' }],
  ])('reads the value %s', (text, literal) => {
    expect(scalar(text)).toEqual(literal);
  });

  it('keeps keys as they are written', () => {
    const root: YamlNode | null = parse('1: a\ntrue: b\n"x y": c\n').root;
    expect(root?.kind === 'map' ? root.entries.map((entry) => entry.key) : []).toEqual(['1', 'true', 'x y']);
  });

  it('counts places after a byte order mark and with Windows line ends', () => {
    const root = parse('\uFEFFa: 1\r\nb:\r\n  - 2\r\n').root;
    const b = root?.kind === 'map' ? root.entries[1] : undefined;
    expect(b).toMatchObject({ keyAt: { line: 2, column: 1 }, value: { items: [{ at: { line: 3, column: 5 } }] } });
  });

  it('points at the key of a value that is not there', () => {
    const root = parse('x: 1\nabc:\n').root;
    expect(root?.kind === 'map' ? root.entries[1]?.value.at : null).toMatchObject({ line: 2, column: 1 });
  });
});
