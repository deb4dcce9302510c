/** Secrets and row values are planted wherever they can get in, and looked for wherever words come out. */
import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS } from '../../src/core/report/formats.ts';
import { openWire } from './faulty-wire.ts';
import { deliver, type Gate, gatedLake, HOOK_TOKEN, lakefs, startGate } from './harness.ts';
import { csv, FILES, SHOP } from './shop.ts';

const CONSOLE_TOKEN = 'planted-console-token-0123456789';
const ROWS = ['planted-row-text', 'planted-row-key', 'planted-row-torn', '770077.77'];

/** Rules whose statements stumble over the data, in DuckDB's words with the value in quotes. */
const CONTRACT = SHOP.replace(
  '      - name: amount\n',
  `      - name: note
        logicalType: string
        logicalTypeOptions:
          pattern: ^[A-Z]+$
        quality:
          - name: notes are numbers
            type: sql
            query: SELECT sum(CAST(note AS INTEGER)) FROM orders
            mustBe: 0
          - name: notes are dates
            type: sql
            query: SELECT count(*) FROM orders WHERE strptime(note, '%Y') < now()
            mustBe: 0
      - name: amount
`,
);

describe('no secret and no row', () => {
  it('is in the log, the metrics, the reports or the errors of the API, however a merge fails', async () => {
    const { url, secretAccessKey } = await lakefs();
    const wire = await openWire(url);
    const settings = { SLUICE_CONSOLE_TOKEN: CONSOLE_TOKEN, SLUICE_LAKEFS_URL: wire.url };
    const gate = await startGate({ contracts: { 'shop.odcs.yaml': CONTRACT }, settings });
    const lake = await gatedLake(gate, { files: FILES });
    const put = (name: string, ...lines: readonly string[]) =>
      lake.branch(name, { 'tables/orders/part-1.csv': csv('id,customer_id,amount,note', ...lines) });
    await put('wrong-values', `12,3,${ROWS[0]},${ROWS[0]}`, `${ROWS[1]},3,${ROWS[3]},x`);
    await put('torn-quote', `12,3,1,"${ROWS[2]}`);
    await lake.branch('no-parquet', { 'tables/orders/part-2.parquet': `PAR1${ROWS[0]}` });
    for (const branch of ['wrong-values', 'torn-quote', 'no-parquet']) {
      expect((await lake.merge(branch)).status, branch).toBe(412);
    }

    // lakeFS, or a proxy before it, that throws our own keys back at us.
    const echo = JSON.stringify({ message: `bad key ${secretAccessKey} for ${HOOK_TOKEN}` });
    const fault = { kind: 'status', status: 400, body: echo, headers: { 'content-type': 'application/json' } } as const;
    wire.faults.order({ when: ({ side }) => side === 'api', fault, times: 3 });
    await lake.merge('torn-quote');
    wire.faults.clear();
    wire.faults.order({ when: ({ side }) => side === 'gateway', fault: { ...fault, status: 403 }, times: 9 });
    await put('echo', '14,3,1,x');
    await lake.merge('echo');
    wire.faults.clear();
    await deliver(gate, { repository_id: '../etc', commit_id: 'x', source_ref: 'y', branch_id: 'main' });

    const said = await everythingSaid(gate);
    for (const planted of [secretAccessKey, HOOK_TOKEN, CONSOLE_TOKEN, ...ROWS]) {
      const leaks = said.filter(([, text]) => text.includes(planted)).map(([where]) => where);
      expect([planted, leaks]).toEqual([planted, []]);
    }
    // What is looked through is what there is: the merges and their failures are in it.
    const all = said.map(([, text]) => text).join('');
    for (const word of ['delivery rejected', 'delivery undecided', 'notes are numbers', lake.repository]) {
      expect(all).toContain(word);
    }
    await gate.stop();
    await wire.close();
  });
});

async function everythingSaid(gate: Gate): Promise<readonly (readonly [where: string, text: string])[]> {
  const authorized = { Authorization: `Bearer ${CONSOLE_TOKEN}` };
  const get = async (path: string, headers: Readonly<Record<string, string>> = authorized) => {
    const response = await fetch(`${gate.consoleUrl}${path}`, { headers });
    return [path, `${JSON.stringify([...response.headers])}${await response.text()}`] as const;
  };
  const [, page] = await get('/api/v1/decisions?limit=100');
  const ids = [...page.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThanOrEqual(5);
  const reports = ids.flatMap((id) =>
    REPORT_FORMATS.map((format) => `/api/v1/decisions/${id}/report?format=${format}`),
  );
  const said = [
    await get('/metrics'),
    await get('/readyz'),
    await get('/api/v1/decisions', {}),
    await get('/api/v1/decisions', { Authorization: `Bearer ${HOOK_TOKEN}` }),
    await get('/api/v1/decisions?limit=-1'),
    await get('/api/v1/nowhere'),
  ];
  const rows = ids.map((id) => `/api/v1/decisions/${id}/failing-rows`);
  for (const path of [...reports, ...rows]) said.push(await get(path));
  return [['page', page], ...said, ...gate.logged.map((line, index) => [`log line ${index}: ${line}`, line] as const)];
}
