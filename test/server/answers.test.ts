import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { boundedBody } from '../../src/server/bounded-body.ts';
import { createLogger } from '../../src/server/create-logger.ts';
import { sendApproval } from '../../src/server/send-approval.ts';
import { sendRefusal } from '../../src/server/send-refusal.ts';
import { APPROVED, running } from '../adapters/store/decisions.ts';
import { MERGE, reportOf } from '../gate/fake-judge.ts';

/** What a client sees of an answer. */
async function answered(handle: (response: ServerResponse) => void): Promise<Response> {
  const server = createServer((_request, response) => handle(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { redirect: 'manual' });
    await response.text();
    return response;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('sendRefusal', () => {
  it.each([200, 201, 202, 204, 299, 301, 302, 307, 418, 500, 0, -1, Number.NaN])(
    'turns %i into 503',
    async (status) => {
      const response = await answered((out) => sendRefusal(out, { status, text: 'no' }));
      expect(response.status).toBe(503);
    },
  );

  it('answers once', async () => {
    const response = await answered((out) => {
      sendRefusal(out, { status: 422, text: 'first' });
      sendRefusal(out, { status: 503, text: 'second' });
    });
    expect(response.status).toBe(422);
  });
});

describe('sendApproval', () => {
  const approved = { ...running('1'), ...APPROVED, report: JSON.stringify(reportOf(MERGE, '1', 'approved')) };

  it.each([
    ['no row', null],
    ['a running row', running('1')],
    ['a rejected row', { ...approved, state: 'rejected' as const }],
    ['another status', { ...approved, status: 503 }],
    ['no report', { ...approved, report: null }],
    ['a report that says otherwise', { ...approved, report: JSON.stringify(reportOf(MERGE, '1', 'rejected')) }],
    ['a report that is no object', { ...approved, report: 'null' }],
  ])('refuses %s and sends nothing', async (_, row) => {
    const response = await answered((out) => {
      const approve = () => sendApproval(out, '1', { store: { get: () => row }, renderText: () => 'APPROVED' });
      expect(approve).toThrow('The records do not hold an approval under 1.');
      expect(out.headersSent).toBe(false);
      sendRefusal(out, { status: 503, text: '' });
    });
    expect(response.status).toBe(503);
  });

  it('approves what the records hold', async () => {
    const response = await answered((out) =>
      sendApproval(out, '1', { store: { get: () => approved }, renderText: () => 'APPROVED' }),
    );
    expect(response.status).toBe(200);
  });
});

describe('boundedBody', () => {
  it.each([
    ['', '\n\n'],
    ['x', '\nx\n'],
    ['\n\nx\n\n', '\nx\n'],
    ['a\n\nb\n', '\na\n\nb\n'],
  ])('%j becomes %j', (text, expected) => expect(boundedBody(text)).toBe(expected));

  it.each(['x', 'é', '€', '👍'])('cuts %s at a character', (character) => {
    for (const shift of ['', 'a', 'ab', 'abc']) {
      const body = boundedBody(shift + character.repeat(40_000));
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(32 * 1024);
      expect(body).toMatch(/^\n[^\uFFFD]*cut: the whole report is in the records \(sluice report\)\.\n$/u);
    }
  });
});

describe('the log', () => {
  it('masks what stands under the name of a secret', () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    log.info(
      { token: 'canary', config: { secretAccessKey: 'canary' }, request: { headers: { authorization: 'canary' } } },
      'x',
    );
    expect(lines.join('')).not.toContain('canary');
    expect(lines.join('').match(/\[secret\]/g)).toHaveLength(3);
  });
});
