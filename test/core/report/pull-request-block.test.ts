import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { pullRequestBlock, withBlock } from '../../../src/core/report/pull-request-block.ts';
import { decisionUrl } from '../../../src/core/report/report-url.ts';
import { APPROVED, failed, huge, REJECTED, report, table, tableDiff, UNDECIDED } from './reports.ts';

const OPTIONS = {
  reportUrl: 'https://gate.example/decisions/1',
  decidedAt: '2026-08-22T10:00:07.123Z',
  maxBytes: 16_384,
};
const [FIRST = '', SECOND = ''] = [REJECTED, APPROVED].map((one) => pullRequestBlock(one, OPTIONS));

function html(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: false });
}

describe('the block of a pull request', () => {
  it('reads well where tables and HTML are unknown', () => {
    const shown = html(FIRST);
    expect(shown).toMatch(/^<h3>❌ REJECTED: <code>etl\/2026-08-22<\/code> → <code>main<\/code><\/h3>/);
    expect(shown).toContain('<a href="https://gate.example/decisions/1">report</a>');
    expect(shown).toContain('<strong>failed</strong> <code>orders.');
    expect(shown).toContain('<em>Sluice wrote this at 2026-08-22 10:00 UTC; its next decision replaces it.</em>');
    expect(shown).not.toMatch(/&lt;!--|<!--|\||sluice-report/);
  });

  it('has no link when nobody knows where the console is', () => {
    expect(pullRequestBlock(REJECTED, { ...OPTIONS, reportUrl: null })).not.toContain('[report]');
  });

  it('tells what changed in a table', () => {
    const diff = tableDiff({ inserted: 12, deleted: 3, updated: 4_000 });
    const text = pullRequestBlock(report({ tables: [table({ diff, checks: [failed()] })] }), OPTIONS);
    expect(text).toMatch(/^\* `\w+`: [\d,]+ rows, \+12 −3 ~4,000, 1 failed, 0 passed$/m);
  });

  it('tells of rows that no key pairs', () => {
    const diff = tableDiff({
      duplicateKeys: { keys: 2, baseRows: 2, mergeRows: 4 },
      nullKeys: { inserted: 1, deleted: 0 },
    });
    const text = pullRequestBlock(report({ tables: [table({ diff, checks: [failed()] })] }), OPTIONS);
    expect(text).toMatch(/\+0 −0 ~0, 2 keys more than once, 1 row without a key, 1 failed/);
  });

  it('keeps its bounds, and says what it leaves out', () => {
    const text = pullRequestBlock(huge(200, 40), OPTIONS);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384);
    expect(text).toContain('more findings');
    expect(text).toContain('more tables');
    expect(withBlock(withBlock('', text), SECOND)).toBe(SECOND);
  });

  it.each(['\n\n[sluice-report-end]: # (x)\n\nouter', '[sluice-report-end]: # (x)', '`\n[sluice-report-begin]: #'])(
    '%j in a report ends nothing',
    (hostile) => {
      const bad = failed({ id: hostile, observed: hostile, expected: hostile });
      const text = pullRequestBlock(report({ tables: [table({ name: hostile, checks: [bad] })] }), OPTIONS);
      expect(withBlock(`a\n\n${text}\n\nb`, SECOND)).toBe(`a\n\n${SECOND}\n\nb`);
    },
  );
});

describe('a description', () => {
  it.each([
    ['', FIRST],
    ['please', `please\n\n${FIRST}`],
    ['please\n', `please\n\n${FIRST}`],
    ['please\r\n\r\n', `please\r\n\r\n${FIRST}`],
    ['```\nnever closed', `\`\`\`\nnever closed\n\n${FIRST}`],
  ])('%j gets the block at its end', (before, after) => {
    expect(withBlock(before, FIRST)).toBe(after);
  });

  it.each([
    ['untouched', `please\n\n${FIRST}`, `please\n\n${SECOND}`],
    ['written around', `<b>a</b>\t \n\n${FIRST}\nmore  \n\n- x`, `<b>a</b>\t \n\n${SECOND}\nmore  \n\n- x`],
    ['edited inside', `a\n\n${FIRST.replace('REJECTED', 'fine, really')}\n\nb`, `a\n\n${SECOND}\n\nb`],
    ['with Windows line ends', `a\r\n\r\n${FIRST.replaceAll('\n', '\r\n')}\r\nb`, `a\r\n\r\n${SECOND}\r\nb`],
    ['without the blank line before', `a\n${FIRST}`, `a\n\n${SECOND}`],
    ['pasted twice', `a\n\n${FIRST}\n\nb\n\n${FIRST}\n\nc`, `a\n\n${SECOND}\n\nb\n\n\n\nc`],
    ['of an end alone', `[sluice-report-end]: # (x)\n\na`, `[sluice-report-end]: # (x)\n\na\n\n${SECOND}`],
  ])('%s has the new block in the place of the old one', (_name, before, after) => {
    const once = withBlock(before, SECOND);
    expect(once).toBe(after);
    expect(withBlock(once, SECOND)).toBe(once);
  });

  it('whose block lost its end gets one whole block, and keeps it', () => {
    const broken = `a\n\n${FIRST.slice(0, FIRST.lastIndexOf('['))}b`;
    const once = withBlock(broken, SECOND);
    expect(once).toBe(`${broken}\n\n${SECOND}`);
    expect(withBlock(once, FIRST)).toBe(`${broken}\n\n${FIRST}`);
  });

  it('of a megabyte of begins takes no time', () => {
    const started = process.cpuUsage();
    withBlock(
      '[sluice-report-begin]: #\n'.repeat(40_000) + ' '.repeat(1_000_000),
      pullRequestBlock(UNDECIDED, OPTIONS),
    );
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
  });
});

describe('the address of a decision', () => {
  it('is a page of the console', () => {
    expect(decisionUrl('https://gate.example/sluice/', '01abc')).toBe('https://gate.example/sluice/decisions/01abc');
    expect(decisionUrl('https://gate.example', '../x?')).toBe('https://gate.example/decisions/..%2Fx%3F');
    expect(decisionUrl(null, '01abc')).toBeNull();
    expect(decisionUrl('https://gate.example', '')).toBeNull();
  });
});
