import { createHash } from 'node:crypto';
import type { ContractDocument } from '../../core/contract/contract.ts';
import type { ContractSource } from '../ports.ts';
import { scratchPurpose } from '../scratch-branches.ts';

/** Where canaries lay their objects; one folder per canary. */
export const CANARY_FOLDER = '_sluice_canary';

/** Its name stands in every report about a canary. */
export const CANARY_TABLE = 'sluice_canary_orders';

/** Judges canaries and nothing else. It must be one that no data but the canary's own could ever meet. */
const TEXT = `apiVersion: v3.1.0
kind: DataContract
id: sluice-canary
version: 1.0.0
status: active
schema:
  - name: ${CANARY_TABLE}
    physicalName: ${CANARY_FOLDER}/*/orders.csv
    properties:
      - name: order_id
        logicalType: integer
        required: true
        unique: true
      - name: amount
        logicalType: number
        required: true
        logicalTypeOptions:
          minimum: 0
          maximum: 1000
`;

const CANARY_DOCUMENT: ContractDocument = {
  file: 'sluice-canary.odcs.yaml',
  text: TEXT,
  digest: createHash('sha256').update(TEXT).digest('hex'),
};

/** Breaks each rule of the canary's contract: an id twice, one missing, an amount too large. */
export const BAD_ORDERS = 'order_id,amount\n1,10\n1,20\n,30\n4,99999\n';

export const GOOD_ORDERS = 'order_id,amount\n1,10\n2,20\n3,30\n';

export function canaryPath(nonce: string): string {
  return `${CANARY_FOLDER}/${nonce}/orders.csv`;
}

/**
 * The same contracts, but for merges into a canary's scratch branch: these have the built-in contract alone, so that
 * the canary proves the whole way without depending on what the repository's own contracts say.
 */
export function withCanaryContract(source: ContractSource): ContractSource {
  return {
    load: (request, signal) =>
      scratchPurpose(request.branch ?? '') === 'canary'
        ? Promise.resolve([CANARY_DOCUMENT])
        : source.load(request, signal),
  };
}
