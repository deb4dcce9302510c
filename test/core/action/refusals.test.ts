/** Everything that lakeFS refuses, as its stand-in and the recordings have it, is an error to our lint. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { actionFile, TOKEN_VARIABLE } from '../../../src/core/action/action-file.ts';
import { lintActions } from '../../../src/core/action/lint-actions.ts';
import { hasErrors } from '../../../src/core/problem.ts';
import { parseActionFile } from '../../../src/sandbox/actions/action-file.ts';

const refusedByLint = (text: string, path = '_lakefs_actions/x.yaml') => hasErrors(lintActions([{ path, text }]));

interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body: { readonly text?: string } | null;
  };
  readonly response: {
    readonly status: number;
    readonly body: { readonly json?: { readonly message?: string } } | null;
  };
}

describe('what lakeFS refuses, our lint refuses', () => {
  it.each(['20b-odd-action-folder', '20b-odd-action-text', '23-invalid-action-files'])('in recording %s', (name) => {
    const { exchanges } = JSON.parse(
      readFileSync(new URL(`../../fixtures/lakefs/${name}.json`, import.meta.url), 'utf8'),
    ) as { readonly exchanges: readonly Exchange[] };
    const files = new Map<string, string>();
    let refusals = 0;
    for (const { request, response } of exchanges) {
      const path = new URLSearchParams(request.path.split('?')[1] ?? '').get('path');
      if (path?.startsWith('_lakefs_actions/') && request.body?.text !== undefined) files.set(path, request.body.text);
      const refused = /(?:parsing|loading) file (\S+):/.exec(response.body?.json?.message ?? '')?.[1];
      if (response.status < 400 || refused === undefined) continue;
      refusals += 1;
      const text = files.get(refused) ?? 'not yaml';
      expect(refusedByLint(text, refused.endsWith('/') ? `${refused}x.yaml` : refused)).toBe(true);
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it('in a thousand damaged files', () => {
    const random = seeded(20261122);
    const whole = [
      actionFile({
        branches: ['main', 'release-*'],
        hookUrl: 'http://a:1/hooks/lakefs',
        timeoutMs: 60_000,
        tokenVariable: TOKEN_VARIABLE,
      }).replaceAll(/^ *#.*\n/gm, ''),
      'name: G1\non:\n  pre-create-tag:\nhooks:\n- &a {id: aa, type: lua, properties: {script: "x", args: {b: [1, *c]}}}\n- <<: *a\n  id: bb\n'.replace(
        '*c',
        'c',
      ),
    ];
    let refused = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const text = damaged(whole[round % whole.length] ?? '', random);
      if (parseActionFile(text).ok) continue;
      refused += 1;
      expect(refusedByLint(text), text).toBe(true);
    }
    expect(refused).toBeGreaterThan(250);
  });
});

/** One to three cuts, doubled pieces or strewn characters. */
function damaged(text: string, random: () => number): string {
  let result = text;
  for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() * 8);
    const strewn = [':', ' ', '\n', '-', '[', ']', '{', '}', '"', "'", '&a', '*a', '\t', '#', '%', '|', ',', '~', '0'];
    const piece = random() < 0.5 ? (strewn[Math.floor(random() * strewn.length)] ?? '') : result.slice(at, at + length);
    result = result.slice(0, at) + piece + result.slice(at + (random() < 0.5 ? length : 0));
  }
  return result;
}

/** The same numbers every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
