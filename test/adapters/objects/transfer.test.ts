import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/adapters/objects/gateway.ts';
import { transfer } from '../../../src/adapters/objects/transfer.ts';
import { codeOf } from '../serve.ts';
import { COMMIT, entry, freshDirectory, md5, never } from './fake-gateway.ts';

/** Bodies that are broken already when they arrive: the disk's file may be younger than the failure. */
function breakingGateway(bytes: string): Gateway {
  const open = async () => ({
    etag: `"${md5(bytes)}"`,
    contentType: 'text/csv',
    contentLength: bytes.length,
    body: Readable.from(
      (function* () {
        yield Buffer.from(bytes.slice(0, 1));
        throw Object.assign(new Error('other side closed'), { code: 'ECONNRESET' });
      })(),
    ),
  });
  return { open } as unknown as Gateway;
}

describe('a body that breaks before its file is there', () => {
  it('is told as what it is at every try, and leaves no file in the way of the next', async () => {
    const target = join(freshDirectory(), '000000.bin');
    const request = { repository: 'lake', ref: COMMIT, pinned: true, object: entry('t/a.csv', 'id\n1\n'), target };
    const limits = { attempts: 3, backoffMs: 0, stallTimeoutMs: 1_000 };
    for (let round = 0; round < 100; round += 1) {
      const code = await codeOf(transfer(breakingGateway('id\n1\n'), limits, request, never));
      expect(code, `round ${round}`).toBe('object-truncated');
      expect(existsSync(target)).toBe(false);
    }
  });
});
