/** Documents that list what the code has, held against the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { SETTINGS } from '../src/config/settings.ts';
import { CHECK_KIND_NAMES } from '../src/core/check/registry.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const PAGES = ['README.md', 'CHANGELOG.md', ...filesBelow('docs').filter((path) => path.endsWith('.md'))];

/** Sources of the product; the stand-in speaks with lakeFS's words. */
function sourceFiles(folder: string): string[] {
  return readdirSync(new URL(`../${folder}`, import.meta.url), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return path === 'src/sandbox' ? [] : sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

describe('documents', () => {
  it('docs/checks.md has a row for every check kind, and none for others', () => {
    const rows = [...read('docs/checks.md').matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)].map(
      (match) => match[1],
    );
    expect(rows.toSorted()).toEqual([...CHECK_KIND_NAMES].toSorted());
  });

  it('docs/configuration.md names every setting of the environment', () => {
    const text = read('docs/configuration.md');
    const left = SETTINGS.map((setting) => setting.env).filter((name) => !text.includes(`\`${name}\``));
    expect(left).toEqual([]);
  });

  it('docs/error-codes.md has every code of the source', () => {
    const text = read('docs/error-codes.md');
    const codes = sourceFiles('src').flatMap((file) =>
      [...read(file).matchAll(/\bcode: '([a-z0-9]+(?:-[a-z0-9]+)+)'/g)].map((match) => match[1] ?? ''),
    );
    expect(codes.length).toBeGreaterThan(50);
    expect([...new Set(codes)].filter((code) => !text.includes(`\`${code}\``)).toSorted()).toEqual([]);
  });

  it('README, docs and deploy/ call only commands and options that exist', () => {
    const calls = [...PAGES, ...filesBelow('deploy')].flatMap((page) =>
      sluiceCalls(page).map((call) => ({ page, ...call })),
    );
    expect(calls.length).toBeGreaterThan(40);
    expect(calls.filter(({ wrong }) => wrong !== null)).toEqual([]);
  });

  it('has a line for every command in README or docs', () => {
    const shown = PAGES.map(read).join('\n');
    expect(COMMANDS.map(({ name }) => `sluice ${name}`).filter((call) => !shown.includes(call))).toEqual([]);
  });

  it.each(PAGES)('%s links to what is there', (page) => {
    const broken = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(broken.filter((target) => !linkLeadsSomewhere(page, target))).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(new URL(`../${folder}`, import.meta.url), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Calls of the program, in a page's code or in any other file, and what of each the program would not understand. */
function sluiceCalls(page: string): { readonly call: string; readonly wrong: string | null }[] {
  return (page.endsWith('.md') ? codeIn(read(page)) : [read(page)])
    .flatMap((text) => text.replaceAll('\\\n', ' ').split(/\n|&&|;|\||#/))
    .flatMap((line) => [...line.matchAll(/(?<![\w/.:-])sluice ((?!sluice\b)[a-z].*)$/g)])
    .map(([, rest = '']) => ({ call: rest.trim(), wrong: misunderstood(rest.trim()) }));
}

/** Fenced blocks, and what stands between backticks. */
function codeIn(markdown: string): readonly string[] {
  const fence = /^```[^\n]*\n(.*?)^```/gms;
  const spans = markdown.replaceAll(fence, '').matchAll(/`([^`]+)`/g);
  return [...markdown.matchAll(fence), ...spans].map(([, body = '']) => body);
}

function misunderstood(call: string): string | null {
  const command = COMMANDS.find(({ name }) => `${call} `.startsWith(`${name} `));
  if (command === undefined) return 'command';
  const stranger = [...call.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)].find(([, name]) => !takes(command, name ?? ''));
  return stranger?.[0] ?? null;
}

function takes({ options }: Command, name: string): boolean {
  return name === 'help' || options.some((option) => option.name === name);
}

/** A file, and the heading in it that the part after `#` stands for. */
function linkLeadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = new URL(path === '' ? `../${page}` : path, new URL(`../${page}`, import.meta.url));
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  return headings.includes(anchor);
}
