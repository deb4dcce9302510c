import { describe, expect, it } from 'vitest';
import { CHECK_KIND_NAMES } from '../../../src/core/check/registry.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { displayWidth } from '../../../src/core/report/text/display-width.ts';
import { toText } from '../../../src/core/report/to-text.ts';
import {
  APPROVED,
  CONTRACT_PROBLEM,
  check,
  failed,
  huge,
  LOCAL,
  MERGE,
  NOTHING_CHANGED,
  REJECTED,
  report,
  table,
  UNDECIDED,
} from './reports.ts';

const ALL: readonly (readonly [string, Report])[] = [
  ['approved', APPROVED],
  ['rejected', REJECTED],
  ['undecided', UNDECIDED],
  ['a contract problem', CONTRACT_PROBLEM],
  ['nothing changed', NOTHING_CHANGED],
  ['local', LOCAL],
  ['huge', huge(40, 30)],
];

function lines(text: string): readonly string[] {
  return text.split('\n');
}

/** The block of one check, from its headline to the next blank line. */
function block(text: string, headline: string): string {
  const start = text.indexOf(`  ${headline}`);
  if (start < 0) throw new Error(`no ${headline} in ${text}`);
  return text.slice(start, text.indexOf('\n\n', start));
}

describe.each(ALL)('the text of a report: %s', (_name, subject) => {
  const text = toText(subject);

  it('begins with a blank line and says the verdict first and last', () => {
    const all = lines(text);
    const word = subject.verdict.toUpperCase();
    expect(all[0]).toBe('');
    expect(all[1]).toMatch(new RegExp(`^${word}  `));
    expect(all.filter((line) => line === all[1])).toHaveLength(2);
    const last = all.lastIndexOf(all[1] ?? '');
    expect(all.slice(last + 1, -1).every((line) => line.startsWith('    '))).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
    expect(text.endsWith('\n\n')).toBe(false);
  });

  it('stays within 100 columns, and within 80 when asked', () => {
    expect(lines(text).filter((line) => displayWidth(line) > 100)).toEqual([]);
    expect(lines(toText(subject, { width: 80 })).filter((line) => displayWidth(line) > 80)).toEqual([]);
  });

  it('has no blanks at line ends, no runs of blank lines and no escape sequence', () => {
    expect(text).not.toMatch(/ \n|\n\n\n/);
    expect(text).not.toContain('\u001b');
  });

  it('is the same text in colour, apart from the colours', () => {
    const color = toText(subject, { color: true, maxBytes: 1e9 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this is about
    expect(color.replaceAll(/\u001b\[[0-9;]*m/g, '')).toBe(toText(subject, { maxBytes: 1e9 }));
    expect(color).toContain('\u001b[1;3');
  });
});

describe('the verdict line', () => {
  it('counts the worst first and names the whole once', () => {
    expect(lines(toText(REJECTED)).slice(1, 3)).toEqual([
      'REJECTED  main <- etl/2026-08-22   4 of 34 checks failed, 1 could not run, 1 warned, 1 skipped',
      '          3 tables   2.4 s',
    ]);
  });

  it('says how many passed when none failed', () => {
    expect(lines(toText(APPROVED))[1]).toBe('APPROVED  main <- etl/2026-08-22   15 checks passed   2 tables   2.4 s');
    const warned = report({ tables: [table({ checks: [check(), check({ outcome: 'warn' })] })] });
    expect(lines(toText(warned))[1]).toContain('1 of 2 checks passed, 1 warned   1 table ');
  });

  it('counts the problems that stop the run and not the warnings', () => {
    expect(lines(toText(CONTRACT_PROBLEM))[1]).toBe('UNDECIDED  main <- etl/2026-08-22   1 problem   38 ms');
  });

  it('shortens a source that is a commit', () => {
    const text = toText(report({ scope: { ...MERGE, source: 'a'.repeat(64) } as Report['scope'] }));
    expect(lines(text)[1]).toMatch(/^APPROVED {2}main <- a{12} /);
  });

  it.each([
    [0.4, '0 ms'],
    [99, '99 ms'],
    [212, '0.2 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min 0 s'],
    [72_400, '1 min 12 s'],
  ])('gives %d ms as %s', (durationMs, words) => {
    expect(lines(toText(report({ durationMs })))[1]).toMatch(new RegExp(`   ${words}$`));
  });
});

describe('the link to the report', () => {
  const reportUrl = 'https://sluice.example.org/decisions/01j8zk3vq0000000000000000';

  it('is the first thing below the verdict', () => {
    const all = lines(toText(REJECTED, { reportUrl }));
    const first = all.indexOf('', 1) + 1;
    expect(all[first]).toBe(`  report    ${reportUrl}`);
    expect(toText(REJECTED)).not.toContain('  report  ');
  });

  it('keeps the width, shows what it holds and stays when room is short', () => {
    const long = `https://sluice.example.org/${'a'.repeat(200)}\u202e/decisions/1`;
    const text = toText(REJECTED, { reportUrl: long, width: 80 });
    expect(lines(text).filter((line) => displayWidth(line) > 80)).toEqual([]);
    expect(text.replaceAll(/\n {12}/g, '')).toContain('aaa\\u202e/decisions/1');
    expect(toText(huge(200, 40), { reportUrl, maxBytes: 4_096 })).toContain(reportUrl);
  });
});

describe('a failed check', () => {
  it('is shown whole', () => {
    expect(block(toText(REJECTED), 'error[range]')).toBe(
      [
        '  error[range]: amount has values out of range',
        '    rule      Amounts are positive and below the credit limit',
        '    expected  amount from 0 to 100000',
        '    observed  214 of 8,400 rows outside the range (2.5 %)',
        '    contract  contracts/orders.odcs.yaml:41   orders.amount.range',
        '    objects   tables/orders/day=2026-08-22/part-3.parquet   200 rows',
        '              tables/orders/day=2026-08-21/part-1.parquet    14 rows',
        '    help      correct the values, or change the range in the contract',
      ].join('\n'),
    );
  });

  it.each([
    [1, 1_000_000, '1 of 1,000,000 rows checked (<0.1 %)'],
    [999_999, 1_000_000, '999,999 of 1,000,000 rows checked (>99.9 %)'],
    [5, 5, '5 of 5 rows checked (100 %)'],
    [1, 3, '1 of 3 rows checked (33.3 %)'],
  ])('counts %d of %d rows where its own words do not', (failing, evaluated, words) => {
    const text = toText(
      report({ tables: [table({ checks: [failed({ failing, evaluated, observed: 'too many' })] })] }),
    );
    expect(text).toContain(`    failing   ${words}\n`);
  });

  it('gives duplicate keys where its own words do not', () => {
    const duplicates = failed({ kind: 'unique', failing: 4, duplicateKeys: 2, observed: 'repeated' });
    const text = toText(report({ tables: [table({ checks: [duplicates] })] }));
    expect(text).toContain('4 of 8,400 rows checked (<0.1 %), 2 distinct keys more than once');
  });

  it('comes before those that are less bad', () => {
    const order = [
      'error[columnPresence]',
      'error[range]',
      'error[primaryKey]',
      'could not run[sql]',
      'warning[nullValues]',
    ];
    const text = toText(REJECTED);
    const places = order.map((label) => text.indexOf(label));
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(places).not.toContain(-1);
  });

  it('is in a table that comes before the tables without a finding', () => {
    const text = toText(REJECTED);
    expect(text.indexOf('-- products')).toBeGreaterThan(text.indexOf('-- customers'));
  });

  it.each(CHECK_KIND_NAMES)('of the kind %s has a headline of its own', (kind) => {
    const text = toText(report({ tables: [table({ checks: [failed({ kind })] })] }));
    expect(block(text, `error[${kind}]: `)).toMatch(/^ {2}error\[\w+\]: [a-z][^.]+\n/);
    expect(text).not.toContain('the rule does not hold');
  });

  it('of a kind this version does not know still has a headline', () => {
    const text = toText(report({ tables: [table({ checks: [failed({ kind: 'drift' })] })] }));
    expect(text).toContain('  error[drift]: the rule does not hold\n');
  });
});

describe('a check that could not run', () => {
  it('uses no word that a failed one uses', () => {
    const text = block(toText(UNDECIDED), 'could not run[range]');
    expect(text).toContain('could not run[range]: amount was not checked\n');
    expect(text).toContain('    because   the engine process ended (signal SIGKILL)\n');
    expect(text).not.toMatch(/error\[|observed|failing|out of range/);
  });
});

describe('the sections around the checks', () => {
  it('name the objects that no diff shows', () => {
    expect(toText(REJECTED)).toContain(
      [
        '  unseen    1 object has other bytes though no diff shows it; judged like any change:',
        '            tables/orders/day=2026-01-04/part-0.parquet',
      ].join('\n'),
    );
  });

  it('are one short screen for an approval', () => {
    expect(lines(toText(APPROVED)).length).toBeLessThan(30);
  });

  it('give every clean table one line when there are many', () => {
    const tables = Array.from({ length: 12 }, (_, index) => table({ name: `t${index}`, rows: 10 ** index }));
    const text = toText(report({ tables }));
    expect(text).toContain('  t0                   1 row   1 check passed\n');
    expect(text).toContain('  t11   100,000,000,000 rows   1 check passed\n');
    expect(lines(text).length).toBeLessThan(30);
  });

  it('say in a whole sentence that nothing under contract changed', () => {
    expect(toText(NOTHING_CHANGED)).toContain(
      '  Nothing under contract changed: this merge touches no table that a contract governs.\n',
    );
  });

  it('do not claim that of a delivery whose data was not looked at', () => {
    const scope = { ...MERGE, baseCommit: '', metaRange: '' } as Report['scope'];
    const text = toText(report({ scope, tables: [], reasons: ['post-merge is allowed by configuration'] }));
    expect(text).not.toContain('Nothing under contract');
    expect(text).toContain('no data was read');
    expect(text).toContain('- post-merge is allowed by configuration\n');
  });

  it('give contract problems with their place and hint, errors before warnings', () => {
    const text = toText(CONTRACT_PROBLEM);
    expect(text).toContain(
      [
        '  error[contract-unknown-key]: `requird` is no key of a property.',
        '    at        contracts/orders.odcs.yaml:14:9',
        '    help      Did you mean `required`?',
      ].join('\n'),
    );
    expect(text.indexOf('error[contract-unknown-key]')).toBeLessThan(text.indexOf('warning[contract-deprecated]'));
  });

  it('say that the merge result was not available', () => {
    const text = toText(report({ scope: { ...MERGE, mergeResult: false } as Report['scope'] }));
    expect(text).toContain('  source    lakefs://lake/5f2c01ab9a1e');
    expect(text).toMatch(/note {6}this lakeFS does not show the merge result/);
  });

  it('repeat the reasons at the end, unless the few there are stand just above', () => {
    expect(toText(REJECTED)).toContain('\n- orders: range on amount: 214 of 8,400 rows outside the range (2.5 %)\n');
    expect(toText(UNDECIDED)).not.toContain('\n- ');
    expect(toText({ ...UNDECIDED, reasons: [...UNDECIDED.reasons, 'and one more'] })).toContain('\n- and one more\n');
    expect(toText(huge(1, 30))).toContain('\n- reason 4\n- … 25 more reasons\n');
  });

  it('name what no contract governs, and how much more there is', () => {
    const text = toText(report({ uncovered: { count: 1_234, paths: ['a.csv', 'b.csv'] } }));
    expect(text).toContain('  1,234 changed objects in no table that a contract governs\n    a.csv\n    b.csv\n');
    expect(text).toContain('    … 1,232 more objects\n');
  });

  it('name the data of a local check', () => {
    const text = toText({ ...LOCAL, scope: { kind: 'local', data: 'new/', base: 'old/' } });
    expect(text).toContain('  data      new/\n  base      old/\n');
    expect(text).not.toContain('lakefs://');
  });
});

describe('hostile text', () => {
  const HOSTILE = '\u001b[2J\u001b[1;32mAPPROVED\u202e\r\n\nAPPROVED  main\u200b';

  it('from any field becomes inert and stays on its line', () => {
    const base = failed({ objects: [{ path: HOSTILE, failing: 1 }] });
    const words = { observed: HOSTILE, expected: HOSTILE, help: HOSTILE, name: HOSTILE, id: HOSTILE, kind: HOSTILE };
    const subject = report({
      verdict: 'rejected',
      reasons: [HOSTILE],
      tables: [
        table({
          name: HOSTILE,
          owner: HOSTILE,
          location: HOSTILE,
          contract: { file: HOSTILE, id: HOSTILE, version: HOSTILE, digest: HOSTILE },
          objects: { read: 1, bytes: 1, added: 1, changed: 0, removed: 0, unseenByDiff: [HOSTILE] },
          checks: [
            { ...base, ...words, columns: [HOSTILE], contract: { file: HOSTILE, line: 1 } },
            { ...base, ...words, outcome: 'error' },
            { ...base, ...words, outcome: 'warn' },
            { ...base, kind: HOSTILE, outcome: 'pass' },
          ],
        }),
        table({ name: HOSTILE, checks: [] }),
      ],
      problems: [{ code: HOSTILE, message: HOSTILE, file: HOSTILE, hint: HOSTILE }],
      scope: {
        ...MERGE,
        source: HOSTILE,
        committer: HOSTILE,
        destination: HOSTILE,
        repository: HOSTILE,
      } as Report['scope'],
      uncovered: { count: 1, paths: [HOSTILE] },
    });
    const text = toText(subject);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
    expect(text).not.toMatch(/^APPROVED/m);
    expect(lines(text).filter((line) => displayWidth(line) > 100)).toEqual([]);
  });

  it('of any length is cut, and the cut says how much it took', () => {
    const text = toText(report({ tables: [table({ checks: [failed({ observed: 'x'.repeat(100_000) })] })] }));
    expect(text).toMatch(/…\s+\(\+99,400\s+characters\)/);
    expect(text.length).toBeLessThan(5_000);
  });
});

describe('size', () => {
  it('details the ten worst checks and gives the others a line each', () => {
    const text = toText(huge(1, 30));
    expect(text.match(/^ {4}expected/gm)).toHaveLength(11);
    expect(text.match(/^ {2}error\[range\]/gm)).toHaveLength(30);
    expect(text.indexOf('column_29 has')).toBeLessThan(text.indexOf('column_0 has'));
  });

  it.each([
    [40, 30],
    [100, 100],
    [2_000, 1],
  ])('keeps %d tables with %d failures each within 32 KiB and says what is missing', (tables, failures) => {
    const text = toText(huge(tables, failures));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
    expect(text).toMatch(/Left out to keep this short: |The rest does not fit here/);
    expect(text).toContain(`REJECTED  main <- etl/2026-08-22   ${(tables * failures).toLocaleString('en')} of `);
  });

  it('drops the least needed first, and never the first line of a failed check while it fits', () => {
    const text = toText(huge(8, 40), { maxBytes: 26_000 });
    expect(text.match(/^ {2}error\[range\]/gm)).toHaveLength(320);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'Left out to keep this short: the kinds of passed checks, the objects with the most failing rows, ' +
        'details of warnings, warnings, details of all but three failed checks. All of it: ',
    );
    expect(text).toContain('sluice report 01J8ZK3V9Q6T4W2X0Y5A7B8C9D --format json');
  });

  it.each([4_096, 8_192, 20_000])('holds with a limit of %d bytes, in colour too', (maxBytes) => {
    expect(Buffer.byteLength(toText(huge(30, 30), { maxBytes }))).toBeLessThanOrEqual(maxBytes);
    expect(Buffer.byteLength(toText(huge(30, 30), { maxBytes, color: true }))).toBeLessThanOrEqual(maxBytes);
  });

  it('costs no more time for a report that is a thousand times too long', () => {
    const subject = huge(2_000, 20);
    const start = process.cpuUsage();
    toText(subject);
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_000);
  });

  it('counts bytes and not characters', () => {
    const wide = failed({ observed: '名'.repeat(500), help: '名'.repeat(500) });
    const tables = Array.from({ length: 30 }, () => table({ checks: [wide, wide] }));
    expect(Buffer.byteLength(toText(report({ tables }), { maxBytes: 16_384 }))).toBeLessThanOrEqual(16_384);
  });
});
