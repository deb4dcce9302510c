import { expect, it } from 'vitest';
import { isWidened } from '../../../src/core/check/is-widened.ts';
import { NULL_TYPE, physicalType } from '../../../src/core/check/physical-type.ts';

it.each([
  ['INTEGER', 'BIGINT', true],
  ['BIGINT', 'INTEGER', false],
  ['UINTEGER', 'INTEGER', false],
  ['UINTEGER', 'BIGINT', true],
  ['UBIGINT', 'HUGEINT', true],
  ['INTEGER', 'UBIGINT', false],
  ['INTEGER', 'DOUBLE', true],
  // 2^53 + 1 is a BIGINT and no DOUBLE.
  ['BIGINT', 'DOUBLE', false],
  ['INTEGER', 'FLOAT', false],
  ['SMALLINT', 'FLOAT', true],
  ['FLOAT', 'DOUBLE', true],
  ['DOUBLE', 'FLOAT', false],
  ['INTEGER', 'DECIMAL(10,0)', true],
  ['INTEGER', 'DECIMAL(10,2)', false],
  ['INTEGER', 'DECIMAL(12,2)', true],
  ['BIGINT', 'DECIMAL(18,0)', false],
  ['BIGINT', 'DECIMAL(19,0)', true],
  ['DECIMAL(10,2)', 'DECIMAL(12,2)', true],
  ['DECIMAL(10,2)', 'DECIMAL(12,4)', true],
  ['DECIMAL(10,2)', 'DECIMAL(11,4)', false],
  ['DECIMAL(10,2)', 'DOUBLE', false],
  ['DECIMAL(9,0)', 'INTEGER', false],
  ['DATE', 'TIMESTAMP', false],
  ['TIMESTAMP', 'TIMESTAMP_NS', false],
  ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', false],
  ["ENUM('a', 'b')", 'VARCHAR', true],
  ['VARCHAR', "ENUM('a', 'b')", false],
  ['INTEGER', 'VARCHAR', false],
  ['UUID', 'VARCHAR', false],
  ['INTEGER[]', 'BIGINT[]', true],
  ['BIGINT[]', 'DOUBLE[]', false],
  ['INTEGER[3]', 'INTEGER[]', false],
  ['INTEGER and VARCHAR', 'VARCHAR', false],
  ['unreadable', 'VARCHAR', false],
])('every value of %s is one of %s: %s', (before, after, expected) => {
  expect(isWidened(physicalType(before), physicalType(after))).toBe(expected);
});

it('a column without a value has none that another type could not hold', () => {
  expect(isWidened(NULL_TYPE, physicalType('BIGINT'))).toBe(true);
});
