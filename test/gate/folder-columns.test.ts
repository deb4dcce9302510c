/** Objects that hold a column although a folder of their path is called like it. */
import { expect, it } from 'vitest';
import { contractOf } from '../support/contract-of.ts';
import { checkOf, runLocal, type TestFile } from '../support/run-local.ts';

const column = (select: string): TestFile => ({ select: `SELECT 1 AS id, ${select}` });

it('one value written in another way is no contradiction', async () => {
  const report = await runLocal({
    contract: contractOf({
      properties: `- name: id
- name: dt
  logicalType: date
- name: at
  logicalType: timestamp
- name: month
  logicalType: integer
- name: untyped
- name: amount
  logicalType: number
- name: day
  logicalType: date
  logicalTypeOptions: {format: dd.MM.yyyy}`,
    }),
    files: {
      't/dt=2027-01-01/at=2027-01-01/month=01/untyped=07/amount=2.50/day=2027-01-01/a.parquet': column(
        `DATE '2027-01-01' AS dt, TIMESTAMP '2027-01-01 00:00:00' AS "at", 1 AS "month", 7 AS untyped,
         2.5::DOUBLE AS amount, DATE '2027-01-01' AS "day"`,
      ),
      't/dt=2027-01-01/at=2027-01-01T00:00:00Z/month=1/untyped=x/amount=2.5/day=01.01.2027/b.csv':
        'id,dt,at,month,untyped,amount,day\n1,2027-01-01,2027-01-01 00:00:00,01,x,2.50,01.01.2027\n',
      't/dt=__HIVE_DEFAULT_PARTITION__/at=2027-01-01T00:00:00Z/month=1/untyped=x/amount=2.5/day=01.01.2027/c.jsonl':
        '{"id":1,"dt":null,"at":"2027-01-01T02:00:00+02:00","month":1,"untyped":"x","amount":2.5,"day":"01.01.2027"}\n',
    },
  });
  expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'pass', observed: '3 objects', failing: 0 });
});

it.each([
  ['p=1', '1.0::DOUBLE'],
  ['p=1.5', '1.50::DECIMAL(5,2)'],
  ['p=True', 'true'],
  ['p=00000000-0000-0000-0000-00000000000A', "'00000000-0000-0000-0000-00000000000a'::UUID"],
])('%s is %s, whatever the contract says of its type', async (folder, value) => {
  const contract = contractOf({ properties: '- name: id\n- name: p' });
  const report = await runLocal({ contract, files: { [`t/${folder}/a.parquet`]: column(`${value} AS p`) } });
  expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'pass' });
});

it.each([
  ['p=1.555', '1.56::DECIMAL(5,2)'],
  ['p=1.7', '2'],
  ['p=yes', 'true'],
])('%s is not %s, which the engine would round it to', async (folder, value) => {
  const contract = contractOf({ properties: '- name: id\n- name: p' });
  const report = await runLocal({ contract, files: { [`t/${folder}/a.parquet`]: column(`${value} AS p`) } });
  expect(checkOf(report, 'readable')).toMatchObject({ outcome: 'fail' });
});

it('another value is a defect that names the object and the column, of either format', async () => {
  const report = await runLocal({
    contract: contractOf({ properties: '- name: id\n- name: dt\n  logicalType: date\n  required: true' }),
    files: {
      't/dt=2027-01-01/a.parquet': {
        select: "SELECT i AS id, DATE '2027-01-01' + (i % 2)::INTEGER AS dt FROM range(6) AS t(i)",
      },
      't/DT=2027-01-02/b.csv': 'id,dt\n1,2027-01-01\n',
      't/dt=2027-01-03/c.parquet': column('NULL::DATE AS dt'),
      't/dt=2027-01-03/kept.parquet': column("DATE '2027-01-03' AS dt, 'x' AS other"),
      't/other=y/dt=2027-01-03/not-of-the-contract.parquet': column("DATE '2027-01-03' AS dt, 'x' AS other"),
    },
  });
  const readable = checkOf(report, 'readable');
  expect(readable).toMatchObject({ outcome: 'fail', failing: null });
  expect(readable.objects.map(({ path }) => path)).toEqual([
    't/DT=2027-01-02/b.csv',
    't/dt=2027-01-01/a.parquet',
    't/dt=2027-01-03/c.parquet',
  ]);
  expect(readable.observed).toContain(
    't/dt=2027-01-01/a.parquet: the folder dt=... of its path says something else than the column dt in 3 rows',
  );
  // Every row was read all the same.
  expect(checkOf(report, 'required')).toMatchObject({ outcome: 'fail', failing: 1, evaluated: 10 });
  expect(report.verdict).toBe('rejected');
});
