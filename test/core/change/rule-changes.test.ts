import { describe, expect, it } from 'vitest';
import { differs, type RuleFile, ruleChanges } from '../../../src/core/change/rule-changes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (before: string | null, after: string | null, path = 'contracts/a.yaml'): RuleFile => ({
  path,
  before: before === null ? null : bytes(before),
  after: after === null ? null : bytes(after),
});
const shown = (one: RuleFile) => ruleChanges([one])[0]?.lines.map(({ kind, text }) => kind + text);
const numbered = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('');

describe('the lines of a changed rule', () => {
  it('have their numbers on both sides and a little around them', () => {
    const [change] = ruleChanges([file('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nd\nE\nf\n')]);
    expect(change).toEqual({
      path: 'contracts/a.yaml',
      change: 'changed',
      omitted: 0,
      lines: [
        { kind: ' ', before: 3, after: 3, text: 'c' },
        { kind: ' ', before: 4, after: 4, text: 'd' },
        { kind: '-', before: 5, after: null, text: 'e' },
        { kind: '+', before: null, after: 5, text: 'E' },
        { kind: ' ', before: 6, after: 6, text: 'f' },
      ],
    });
  });

  it.each([
    ['added', null, 'x\ny\n', ['+x', '+y']],
    ['removed', 'x\n', null, ['-x']],
    ['changed', 'x', 'x\n', ['-x', '+x']],
    ['changed', 'x\n', 'x\r\n', ['-x', '+x\r']],
    ['added', null, '', []],
  ])('%s: %j to %j', (kind, before, after, lines) => {
    const [change] = ruleChanges([file(before, after)]);
    expect(change?.change).toBe(kind);
    expect(shown(file(before, after))).toEqual(lines);
  });

  it('are told by bytes: the same upload is no change', () => {
    expect(ruleChanges([file('a\n', 'a\n')])).toEqual([]);
    expect(differs({ path: 'x', before: 'too-large', after: 'too-large' })).toBe(true);
  });

  it('are not shown of what is no text', () => {
    expect(ruleChanges([{ path: 'x', before: Uint8Array.of(0xff, 0xfe), after: bytes('a') }])).toMatchObject([
      { lines: [] },
    ]);
    expect(ruleChanges([file('a\u0000b', 'c')])).toMatchObject([{ lines: [] }]);
    expect(ruleChanges([{ path: 'x', before: 'too-large', after: null }])).toMatchObject([
      { change: 'removed', lines: [] },
    ]);
  });

  it('are bounded by file, as a whole, by width and by files', () => {
    const long = file(numbered(500, 'old'), numbered(500, 'new'));
    const [change] = ruleChanges([long]);
    expect(change?.lines).toHaveLength(60);
    expect((change?.lines.length ?? 0) + (change?.omitted ?? 0)).toBe(1_000);
    const shorter = file(numbered(80, 'old'), numbered(80, 'new'));
    const many = ruleChanges(
      Array.from({ length: 300 }, (_, index) => ({ ...shorter, path: `contracts/${index}.yaml` })),
    );
    expect(many).toHaveLength(100);
    expect(many.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(400);
    expect(shown(file(null, '👍'.repeat(300)))?.[0]).toBe(`+${'👍'.repeat(200)}…`);
  });

  it('of files that have nothing in common do not take long', () => {
    const started = process.cpuUsage();
    ruleChanges([file(numbered(20_000, 'old'), numbered(20_000, 'new'))]);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });
});
