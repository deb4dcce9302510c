import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../src/core/contract/load-contract.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/odcs');

function load(file: string) {
  return loadContract({ file, text: readFileSync(join(FOLDER, file), 'utf8'), digest: 'd' }, { variables: {} });
}

/** What is refused, and why a reader of the standard agrees. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  // `latency` is promised for `tab1.txn_ref_dt`, and the contract describes no table tab1.
  'full-example.odcs.yaml': ['273:14 table-unknown'],
  'database-table-sla.odcs.yaml': ['14:14 table-unknown'],
  // Both rules belong to Soda, which is another engine.
  'column-custom.odcs.yaml': ['27:17 engine-unsupported', '38:17 engine-unsupported'],
};

describe('the examples of the standard', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.odcs.yaml'));

  it('are all here', () => {
    expect(files).toHaveLength(18);
    expect(Object.keys(REFUSED).filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(files)('%s loads, or is refused for a stated reason', (file) => {
    const { contract, problems } = load(file);
    const errors = problems.filter((problem) => problem.level !== 'warning');
    expect(errors.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(REFUSED[file] ?? []);
    expect(contract === null).toBe(REFUSED[file] !== undefined);
  });

  it('are read to the last table', () => {
    expect(load('postgresql-adventureworks-contract.odcs.yaml').contract?.tables).toHaveLength(68);
    expect(load('column-validity.odcs.yaml').contract?.tables[0]?.properties[0]?.quality[0]).toMatchObject({
      metric: { name: 'invalidValues' },
      threshold: { operator: 'mustBeLessOrEqualTo', bounds: ['5'], unit: 'percent' },
    });
    expect(load('table-columns-with-partition.odcs.yaml').contract?.tables[0]?.key).toEqual([
      'rcvr_cntry_code',
      'rcvr_id',
    ]);
  });

  it('of 3.1 need no more than 3.1', () => {
    const newer = files.flatMap((file) => load(file).problems.filter(({ code }) => code === 'newer-than-version'));
    // These are written in 3.0.2 and use what came later; the standard's own schema refuses them.
    expect([...new Set(newer.map(({ file }) => file))]).toEqual([
      'all-data-types.odcs.yaml',
      'basic-four-dpo.odcs.yaml',
      'column-completeness.odcs.yaml',
    ]);
  });
});
