import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { diffToHtml } from '../../src/core/report/diff-to-html.ts';
import type { Report } from '../../src/core/report/report.ts';
import { toHtml } from '../../src/core/report/to-html.ts';
import { DIFF_REPORT, DIFFED } from '../core/report/diffs.ts';
import { hostileReport } from '../core/report/hostile.ts';
import {
  APPROVED,
  CONTRACT_PROBLEM,
  huge,
  NOTHING_CHANGED,
  REJECTED,
  report,
  UNDECIDED,
} from '../core/report/reports.ts';
import { axeViolations, describeInBrowser, openPage } from './browser.ts';

function pageOf(subject: Report): string {
  return written(toHtml(subject));
}

function written(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.html');
  writeFileSync(file, page);
  return pathToFileURL(file).href;
}

/** Folded parts are hidden from whoever looks and from axe. */
function openAll(page: Page): Promise<unknown> {
  return page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })");
}

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover=alert(1) x='",
  '<iframe src="http://evil.example"></iframe>',
  '<style>body{display:none}</style>',
  '</title><svg onload=alert(1)>',
  '\u202egnp.exe\u0000',
];

describeInBrowser('the report as a page', () => {
  it.each([
    ['approved', APPROVED],
    ['rejected', REJECTED],
    ['undecided', UNDECIDED],
    ['approved', DIFFED],
  ] as const)('%s: no console message, no request, no barrier in either scheme', async (verdict, subject) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await openPage({ colorScheme });
      await page.goto(pageOf(subject));
      expect(await page.title()).toMatch(new RegExp(`^${verdict.toUpperCase()}: `));
      expect(await axeViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  it('shows a diff: what changed before and after, told to a screen reader too, with the numbers of each plot', async () => {
    const { page, complaints } = await openPage();
    await page.goto(written(diffToHtml(DIFF_REPORT)));
    await openAll(page);
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    const main = ((await page.locator('main').textContent()) ?? '').replaceAll(/\s+/g, ' ');
    expect(main).toContain('12,000,000 → 12,196,000 (+196,000)');
    expect(main).toContain('was 12.50 now -50.00');
    expect(main).toContain('not compared an object cannot be read');
    expect(main).toContain('3 more tables left out.');
    expect(await page.locator('svg[role=img]').first().getAttribute('aria-label')).toBe(
      '11,987,800 unchanged, 8,200 updated, 200,000 inserted, 4,000 deleted',
    );
    expect(await page.locator('figure.histogram tbody tr').count()).toBe(6);
    expect(main).toContain('1 column shifted');
    expect(main).toContain('least valuewas 0.10 now -50.00');
    const values = page.getByRole('group', { name: 'Most frequent values of status' });
    expect(await values.locator('tbody tr').first().textContent()).toMatch(/landed\s*80 \(80\.0 %\)\s*60 \(50\.0 %\)/);
    await page.setViewportSize({ width: 360, height: 800 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await page.close();
  });

  it('shows changed rules line by line, with their indent', async () => {
    const { page, complaints } = await openPage();
    const lines = [
      { kind: ' ', before: 9, after: 9, text: '      - name: amount' },
      { kind: '-', before: 10, after: null, text: '        minimum: 0' },
      { kind: '+', before: null, after: 10, text: '        minimum: -100</pre><script>alert(1)</script>' },
    ] as const;
    await page.goto(
      pageOf(report({ ruleChanges: [{ path: 'contracts/shop.odcs.yaml', change: 'changed', lines, omitted: 3 }] })),
    );
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    const shown = (await page.locator('pre').textContent()) ?? '';
    expect(shown.trimEnd().split('\n')).toEqual([
      '   9         - name: amount',
      '  10 −         minimum: 0',
      '  10 +         minimum: -100</pre><script>alert(1)</script>',
    ]);
    expect(await page.locator('main').textContent()).toContain('3 more lines left out.');
    await page.close();
  });

  it('never says that nothing changed when nothing could be told', async () => {
    const { page } = await openPage();
    await page.goto(pageOf(CONTRACT_PROBLEM));
    expect(await page.locator('main').textContent()).not.toContain('No table under a contract changed');
    await page.goto(pageOf(NOTHING_CHANGED));
    expect(await page.locator('main').textContent()).toContain('No table under a contract changed');
    await page.close();
  });

  it('opens what failed, folds what passed, and the keyboard opens it', async () => {
    const { page } = await openPage();
    await page.goto(pageOf(REJECTED));
    expect(await page.locator('details[open]').count()).toBeGreaterThan(3);
    const passed = page.locator('summary', { hasText: 'checks passed' }).first();
    await passed.focus();
    await page.keyboard.press('Enter');
    expect(await passed.locator('..').getAttribute('open')).not.toBeNull();
    expect(await page.locator('h2').allTextContents()).toContain('orders');
    await page.close();
  });

  it.each(ATTACKS)('%j is only text', async (text) => {
    const { page, complaints } = await openPage();
    await page.goto(pageOf(hostileReport(text)));
    await openAll(page);
    for (const element of await page.locator('summary, h1, h2').all()) await element.hover({ timeout: 2_000 });
    expect(complaints).toEqual([]);
    expect(
      await page
        .locator('script, img, iframe, main style, svg [onload], svg[onload], [onmouseover], [onerror]')
        .count(),
    ).toBe(0);
    expect(await page.locator('h1').isVisible()).toBe(true);
    await page.close();
  });

  it('fits a phone, and stays small for two hundred tables', async () => {
    const { page } = await openPage({ width: 360 });
    const subject = huge(200, 30);
    expect(toHtml(subject).length).toBeLessThan(1024 * 1024);
    await page.goto(pageOf(subject));
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    expect(await page.locator('h2', { hasText: 'More tables' }).count()).toBe(1);
    await page.close();
  });
});
