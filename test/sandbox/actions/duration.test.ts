import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/sandbox/actions/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['5m', 300e9],
    ['1m30s', 90e9],
    ['1.5h', 5400e9],
    ['-5s', -5e9],
    ['+3s', 3e9],
    ['0', 0],
    ['100ms', 100e6],
    ['1us', 1000],
    ['1µs', 1000],
    ['1μs', 1000],
    ['1ns', 1],
    ['.5s', 500e6],
    ['1.s', 1e9],
    ['1h1h', 7200e9],
  ])('reads %s', (text, nanoseconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, nanoseconds });
  });

  it.each([
    ['90', 'time: missing unit in duration "90"'],
    ['', 'time: invalid duration ""'],
    ['5 m', 'time: unknown unit " m" in duration "5 m"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['s', 'time: invalid duration "s"'],
    ['1e3s', 'time: unknown unit "e" in duration "1e3s"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ])('refuses %s', (text, message) => {
    expect(parseDuration(text)).toEqual({ ok: false, message });
  });
});

describe('formatDuration', () => {
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1500n, '1.5µs'],
    [327_481n, '327.481µs'],
    [430_880_670n, '430.88067ms'],
    [100_000_000n, '100ms'],
    [2_000_616_198n, '2.000616198s'],
    [60_000_000_000n, '1m0s'],
    [90_000_000_000n, '1m30s'],
    [5_400_500_000_000n, '1h30m0.5s'],
  ])('writes %d nanoseconds as %s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });
});
