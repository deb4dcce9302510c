import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FailingRowsReader, KeptRows, NoFailingRows } from '../../gate/failing-rows-ports.ts';
import { askConsole, askConsoleFile, type ConsoleAccess, notSluice } from './ask-console.ts';

const TEXT = { type: 'string' } as const;
const AMOUNT = { type: 'integer', minimum: 0 } as const;
const isList: ValidateFunction = new Ajv2020({ strict: false }).compile({
  type: 'object',
  required: ['files', 'without'],
  properties: {
    files: {
      type: 'array',
      items: {
        type: 'object',
        required: ['number', 'table', 'check', 'columns', 'rows', 'failing', 'sizeBytes'],
        properties: {
          number: { type: 'integer', minimum: 1 },
          table: TEXT,
          check: TEXT,
          columns: { type: 'array', items: TEXT },
          rows: AMOUNT,
          failing: AMOUNT,
          sizeBytes: AMOUNT,
        },
      },
    },
    without: {
      type: 'array',
      items: {
        type: 'object',
        required: ['table', 'check', 'why'],
        properties: {
          table: TEXT,
          check: TEXT,
          why: { enum: ['no-columns', 'no-rows', 'too-large', 'too-many', 'not-written'] },
        },
      },
    },
  },
});

interface List {
  readonly files: readonly Omit<KeptRows, 'kind'>[];
  readonly without: readonly Omit<NoFailingRows, 'kind'>[];
}

/** Failing rows of a running Sluice. Rejects with the `server-...` codes of ask-console.ts. */
export function createRemoteFailingRows(access: ConsoleAccess, signal: AbortSignal): FailingRowsReader {
  const pathOf = (decisionId: string) => `/api/v1/decisions/${encodeURIComponent(decisionId)}/failing-rows`;
  return {
    list: async (decisionId) => {
      const answer = await askConsole(access, pathOf(decisionId), signal);
      if (answer.kind === 'missing') return [];
      if (!isList(answer.json)) throw notSluice(access.url, 'it gives no list of failing rows');
      const { files, without } = answer.json as List;
      return [
        ...files.map((file): KeptRows => ({ ...file, kind: 'rows' })),
        ...without.map((one): NoFailingRows => ({ ...one, kind: 'none' })),
      ];
    },
    read: (decisionId, number) =>
      askConsoleFile(access, `${pathOf(decisionId)}/${number}.parquet`, 'application/vnd.apache.parquet', signal),
  };
}
