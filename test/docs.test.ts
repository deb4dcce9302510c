/** Documents that list what the code has, held against the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../src/config/settings.ts';
import { CHECK_KIND_NAMES } from '../src/core/check/registry.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

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

  it('README names only commands that exist', () => {
    const help = read('src/cli/commands.ts');
    for (const [, command] of read('README.md').matchAll(/npx sluice (\w+)/g))
      expect(help).toContain(`./commands/${command}`);
  });
});
