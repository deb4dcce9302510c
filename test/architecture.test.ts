import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Left may never import right (docs/architecture.md). */
const FLOW = [
  'core/problem',
  'core/json',
  'core/sql',
  'core/parquet',
  'core/event',
  'core/change',
  'core/contract',
  'core/action',
  'core/check',
  'core/plan',
  'core/diff',
  'core/report/escape-text',
  'core/html',
  'core/report/report',
  'core/verdict',
  'core/report',
  'config',
  'gate',
  'adapters',
  'server',
  'sandbox',
  'cli',
  'wire',
  'main',
];
const ROOT = resolve(import.meta.dirname, '../src');

interface Edge {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function edges(): Edge[] {
  return sourceFiles(ROOT).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => ({
      from: relative(ROOT, file),
      to: relative(ROOT, resolve(dirname(file), match[1] ?? '')),
    })),
  );
}

function place(path: string): number {
  const name = path.replace(/\.(ts|json)$/, '');
  return FLOW.findIndex((step) => name === step || name.startsWith(`${step}/`));
}

describe('import direction', () => {
  const all = edges();

  it('sees the imports at all', () => {
    expect(all.length).toBeGreaterThan(100);
  });

  it('puts every file in a place', () => {
    const homeless = sourceFiles(ROOT)
      .map((file) => relative(ROOT, file))
      .filter((file) => place(file) < 0);
    expect(homeless).toEqual([]);
  });

  it('never imports rightwards', () => {
    expect(all.filter((edge) => place(edge.to) > place(edge.from))).toEqual([]);
  });

  it('keeps adapters apart from one another', () => {
    const adapter = (path: string) => /^adapters\/([^/.]+)/.exec(path)?.[1];
    const crossing = all.filter(({ from, to }) => {
      const [left, right] = [adapter(from), adapter(to)];
      return left !== undefined && right !== undefined && left !== right;
    });
    expect(crossing).toEqual([]);
  });

  it('lets only the composition root know adapters', () => {
    const strangers = all.filter(
      ({ from, to }) => to.startsWith('adapters/') && !from.startsWith('adapters/') && !from.startsWith('wire'),
    );
    expect(strangers).toEqual([]);
  });

  it('keeps core free of effects', () => {
    const effects = sourceFiles(join(ROOT, 'core')).flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(
          /from '(node:[^']+|express|@aws-sdk[^']*|@duckdb[^']*|undici|pino|libsql)'/g,
        ),
      ].map((match) => `${relative(ROOT, file)}: ${match[1]}`),
    );
    expect(effects).toEqual([]);
  });
});
