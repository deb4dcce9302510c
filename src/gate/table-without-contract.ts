import { NO_CHANGE_RULES } from '../core/contract/change-rules.ts';
import type { ContractTable } from '../core/contract/contract.ts';

/** A table of which nothing is known but its files: columns come from the data, and no value may be shown. */
export function tableWithoutContract(name: string, paths: readonly string[]): ContractTable {
  const isTabbed = paths.some((path) => /\.tsv(\.(gz|gzip|zst|zstd))?$/i.test(path));
  return {
    at: { file: name, line: 1, column: 1 },
    name,
    isFromData: true,
    locations: [],
    reader: {
      delimiter: isTabbed ? '\t' : ',',
      quote: '"',
      escape: '"',
      header: true,
      encoding: 'utf-8',
      nullTokens: [],
    },
    extraColumns: 'allow',
    samples: { columns: [], limit: 0 },
    changeRules: NO_CHANGE_RULES,
    key: [],
    properties: [],
    relationships: [],
    quality: [],
  };
}
