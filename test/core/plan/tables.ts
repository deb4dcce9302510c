import { physicalType } from '../../../src/core/check/physical-type.ts';
import type { ObjectColumn } from '../../../src/core/check/table-facts.ts';
import type { ContractTable } from '../../../src/core/contract/contract.ts';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import type { ReadableObject } from '../../../src/core/plan/object-groups.ts';

/** A table with a property per entry: its logical type, or YAML lines. */
export function tableOf(properties: Readonly<Record<string, string>>): ContractTable {
  const lines = Object.entries(properties).map(
    ([name, text]) => `      - {name: ${JSON.stringify(name)}, ${text.includes(':') ? text : `logicalType: ${text}`}}`,
  );
  const text = `apiVersion: v3.2.0\nkind: DataContract\nid: plan\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n    properties:\n${lines.join('\n')}\n`;
  const { contract, problems } = loadContract({ file: 'plan.odcs.yaml', text, digest: '' }, { variables: {} });
  const [table] = contract?.tables ?? [];
  if (table === undefined) throw new Error(JSON.stringify(problems));
  return table;
}

/** A Parquet object with these columns. */
export function readableObject(path: string, columns: Readonly<Record<string, string>>): ReadableObject {
  const own = Object.entries(columns).map(
    ([name, type]): ObjectColumn => ({ name, type: physicalType(type), fields: [] }),
  );
  return {
    facts: { path, format: 'parquet', sizeBytes: 1, columns: own, defects: [], records: null },
    localPath: `/run/${path}`,
    staged: null,
    partition: {},
  };
}
