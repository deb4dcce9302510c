import { expect, it, onTestFinished } from 'vitest';
import { SluiceError } from '../../src/core/problem.ts';
import { decision, type PagesOptions, servePages, TOKEN } from '../server/console/pages/serve-pages.ts';
import { axeViolations, describeInBrowser, openPage } from './browser.ts';

async function visit(options: Parameters<typeof openPage>[0] = {}, served: PagesOptions = {}) {
  const server = await servePages(served);
  const visitor = await openPage(options);
  onTestFinished(async () => {
    await visitor.page.close();
    await server.stop();
  });
  await visitor.page.goto(server.url);
  return { ...visitor, url: server.url };
}

async function logIn(page: Awaited<ReturnType<typeof visit>>['page']) {
  await page.fill('#token', TOKEN);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

const LONG_TABLE = `/table?repository=lake&branch=main&name=${'a_very_long_table_name'.repeat(10)}`;

describeInBrowser('the console', () => {
  it('leads from the first page to a decision, a table and a contract, each without a barrier or a stranger request', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await visit({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
      await logIn(page);
      const look = async (heading: string) => {
        expect(await page.locator('h1').first().textContent()).toBe(heading);
        expect(await axeViolations(page), heading).toEqual([]);
      };
      await look('1 change blocked');
      await page.click('nav >> text=Decisions');
      await look('Decisions');
      await page.click('tr:has-text("approved") a >> nth=-1');
      await look('etl/2026-08-22 → main');
      await page.click('nav a:has-text("History of orders")');
      await look('orders');
      expect(await page.locator('figure.plot svg[role=img]').count()).toBeGreaterThan(2);
      await page.click('nav >> text=Tables');
      await look('Tables');
      await page.click('nav >> text=Contracts');
      await look('Contracts');
      await page.click('tbody a >> nth=0');
      expect(await axeViolations(page), 'a contract').toEqual([]);
      expect(await page.locator('table:has-text("what must hold") tbody tr').count()).toBeGreaterThan(10);
      await page.click('nav >> text=Health');
      await look('Ready');
      expect(complaints).toEqual([]);
      await page.goto(new URL('/nothing-here', page.url()).href);
      await look('Not found');
    }
  });

  it('has a page for what goes wrong, without a barrier and on a phone too', async () => {
    const message = `${'no_such_name'.repeat(20)} <script>alert(1)</script>`;
    const readiness = () => Promise.reject(new SluiceError({ code: 'lakefs-unreachable', message, hint: 'Look.' }));
    const { page } = await visit({ width: 360 }, { readiness });
    await logIn(page);
    await page.goto(new URL('/health', page.url()).href);
    expect(await page.locator('.verdict').textContent()).toContain('<script>alert(1)</script>');
    expect(await axeViolations(page)).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
  });

  it('says when the token is wrong, and lets in with the right one to the page that was asked for', async () => {
    const { page, url } = await visit();
    await page.goto(`${url}/tables`);
    await page.fill('#token', 'not-the-token-at-all');
    await page.click('button.primary');
    expect(await page.locator('[role=alert]').textContent()).toContain('no token of this console');
    await logIn(page);
    expect(new URL(page.url()).pathname).toBe('/tables');
    await page.click('text=Log out');
    await page.goto(url);
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  it('filters by the form, and works on a phone without scrolling sideways', async () => {
    const { page } = await visit({ width: 360 });
    await logIn(page);
    await page.goto(new URL('/decisions', page.url()).href);
    await page.selectOption('#state', 'undecided');
    await page.click('text=Filter');
    expect(await page.locator('tbody th a').count()).toBe(1);
    for (const path of ['/', '/decisions', '/tables', LONG_TABLE, '/contracts', '/health']) {
      await page.goto(new URL(path, page.url()).href);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow, path).toBe(0);
    }
  });

  it('gives failing rows as a file, on a phone too', async () => {
    const own = decision();
    const long = 'orders.a_column_with_a_name_that_no_phone_is_wide_enough_for.relationship';
    const kept = { table: 'orders', columns: ['id', 'amount'], rows: 214, failing: 8_400, sizeBytes: 4 };
    const failingRows: PagesOptions['failingRows'] = {
      list: async () => [
        { ...kept, kind: 'rows', number: 1, check: long },
        { kind: 'none', table: 'orders', check: 'orders.rowCount', why: 'no-rows' },
      ],
      read: async () => Buffer.from('PAR1'),
    };
    const { page, url, complaints } = await visit({ width: 360 }, { decisions: [own], failingRows });
    await logIn(page);
    await page.goto(`${url}/decisions/${own.id}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    const downloading = page.waitForEvent('download');
    await page.click('text=failing rows (Parquet, 214 of 8,400 rows, columns id, amount)');
    expect((await downloading).suggestedFilename()).toBe(`${own.id}-1-${long}.parquet`);
    expect(complaints).toEqual([]);
  });

  it('shows at three in the morning what failed, where, and what to do, without scrolling', async () => {
    const { page } = await visit({ width: 1280, height: 800 });
    await logIn(page);
    await page.click('tr:has-text("rejected") a >> nth=0');
    const where = 'details[open] td.mono, details[open] tbody code, details[open] dd.mono';
    for (const part of ['.headline .badge', 'details[open] summary', 'details[open] dt:text("what to do")', where]) {
      const box = await page.locator(part).first().boundingBox();
      expect((box?.y ?? 9_999) + (box?.height ?? 0), part).toBeLessThan(800);
    }
  });

  it('can be gone through with the keyboard alone', async () => {
    const { page } = await visit();
    await logIn(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    for (const name of ['Sluice', 'Overview', 'Decisions', 'Tables']) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe(name);
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/tables');
  });
});
