/** A real browser for what people look at: Debian's chromium, or the one that `SLUICE_TEST_CHROMIUM` names. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { whenFileEnds } from '../support/lifetimes.ts';

const EXECUTABLE = process.env['SLUICE_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** `describe`, or a skipped one that says what is missing. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (existsSync(EXECUTABLE)) describe(name, tests);
  else describe.skip(`${name} (skipped: no browser at ${EXECUTABLE}; apt-get install chromium)`, tests);
}

let launched: Promise<Browser> | undefined;

export interface Visit {
  readonly page: Page;
  /** Console errors, page errors, and requests to anywhere but the page's own origin. */
  readonly complaints: readonly string[];
}

/** A new page; everything it must not do is written down. */
export async function openPage(
  options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number; readonly height?: number } = {},
): Promise<Visit> {
  launched ??= launch();
  const browser = await launched;
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1100, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'light',
    // axe is put into the page by the test; everything else is held by the page's own policy.
    bypassCSP: false,
  });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).origin) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  return { page, complaints };
}

/** The browser of this test file. */
function launch(): Promise<Browser> {
  const browser = chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
  whenFileEnds(async () => {
    launched = undefined;
    await (await browser).close();
  });
  return browser;
}

/** Every violation that axe finds, with where; an empty list is what a page has to have. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // Evaluated through the debugger, so that the page's policy stays as it is.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const axe = (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe;
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}
