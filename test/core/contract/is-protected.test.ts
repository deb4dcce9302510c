import { describe, expect, it } from 'vitest';
import type { PartitionCondition } from '../../../src/core/contract/change-rules.ts';
import type { LogicalType } from '../../../src/core/contract/contract.ts';
import { isProtected } from '../../../src/core/contract/is-protected.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

function ask(condition: PartitionCondition, value: string | null, type: LogicalType | null = null): boolean | null {
  return isProtected(condition, { dt: value }, NOW, type);
}

const beforeBound = (bound: string): PartitionCondition => ({ is: 'before', column: 'dt', bound });
const monthOld: PartitionCondition = { is: 'older', column: 'dt', seconds: 30 * 86_400, words: '30 d' };
const oneOf = (...values: string[]): PartitionCondition => ({ is: 'one-of', column: 'dt', values });

describe('a partition before a bound', () => {
  it.each<[bound: string, value: string | null, type: LogicalType | null, is: boolean | null]>([
    ['2026-01-01', '2025-12-31', null, true],
    ['2026-01-01', '2026-01-01', null, false],
    ['2026-01-01', '2026-01-01', 'date', false],
    ['2026-01-01T12:00:00', '2026-01-01', 'timestamp', true],
    ['2026-01-01', '2026-01-01T00:30:00+01:00', 'timestamp', true],
    ['2026-01-01', '2025-12-31 23:59:59.999', 'string', true],
    // Texts in their order would say no to each of these.
    ['2026-02-01', '2026-1-5', null, null],
    ['2026-02-01', '2026-1-5', 'string', null],
    ['2026-02-01', '20260105', 'date', null],
    ['2026-02-01', '2026-02-30', 'date', null],
    ['2026-02-01', '05-01-2026', null, null],
    ['2026-02-01', '2026-01', null, null],
    ['2026-02-01', '', null, null],
    ['2026-02-01', null, null, null],
    ['20260201', '20260105', 'integer', true],
    ['20260201', '20260105', null, true],
    ['20260201', '20260105', 'string', true],
    ['20260201', '2026-01-05', 'integer', null],
    ['20260201', '20260105', 'date', null],
    ['2026-02-01', '20260105', 'integer', null],
    ['10', '9', 'integer', true],
    ['10', '9', 'string', true],
    ['10', '09', null, true],
    ['10', '10.5', 'number', false],
    ['2026-02', '2026-01', null, true],
    ['2026-02', '2026-1', null, null],
    ['2026-W05', '2026-W04', 'string', true],
    ['m', 'b', 'string', null],
  ])('before %s, %s as %s: %s', (bound, value, type, is) => {
    expect(ask(beforeBound(bound), value, type)).toBe(is);
  });

  it('cannot be told of a path without a folder of the column', () => {
    expect(isProtected(beforeBound('2026-01-01'), {}, NOW, null)).toBeNull();
    expect(isProtected({ is: 'one-of', column: 'constructor', values: ['x'] }, {}, NOW, null)).toBeNull();
  });
});

describe('a partition older than a span', () => {
  it.each<[value: string | null, is: boolean | null]>([
    ['2026-01-29', true],
    ['2026-01-30', true],
    ['2026-01-31', false],
    ['2026-01-30T00:00:01Z', false],
    ['2026-03-05', false],
    ['2026-1-5', null],
    ['20260105', null],
    [null, null],
  ])('%s: %s', (value, is) => {
    expect(ask(monthOld, value, 'date')).toBe(is);
  });
});

describe('a partition of a list', () => {
  it.each<[values: string[], value: string | null, type: LogicalType | null, is: boolean | null]>([
    [['eu', 'us'], 'eu', 'string', true],
    [['eu', 'us'], 'EU', 'string', false],
    [['eu', 'us'], 'asia', null, false],
    [['eu'], null, 'string', null],
    [['1'], '01', 'integer', true],
    [['1'], '01', null, true],
    [['1'], '01', 'string', false],
    [['1'], 'x', 'integer', null],
    [['2026-01-05'], '2026-01-05T00:00:00Z', 'timestamp', true],
    [['2026-01-05'], '2026-01-06', 'date', false],
    [['2026-01-05'], '2026-1-5', 'date', null],
    [['2026-01-05'], '20260105', null, null],
    [['2026-01'], '2026-02', null, false],
  ])('%j, %s as %s: %s', (values, value, type, is) => {
    expect(ask(oneOf(...values), value, type)).toBe(is);
  });
});
