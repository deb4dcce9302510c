import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { RENDERERS, REPORT_FORMATS } from '../../../src/core/report/formats.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { toGithub } from '../../../src/core/report/to-github.ts';
import { toJunit } from '../../../src/core/report/to-junit.ts';
import { toMarkdown } from '../../../src/core/report/to-markdown.ts';
import { toSarif } from '../../../src/core/report/to-sarif.ts';
import { hostileReport } from './hostile.ts';
import {
  APPROVED,
  CONTRACT_PROBLEM,
  check,
  failed,
  huge,
  LOCAL,
  REJECTED,
  report,
  table,
  tableDiff,
  UNDECIDED,
} from './reports.ts';

const HOSTILE = [
  '</system-out></testcase><testcase name="forged"/>',
  ']]>\u0000\u001b[31m\u202e',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '`` ``` ` | [x](javascript:alert(1)) ![y](http://evil.example/a.png) @team #1 www.evil.example',
  'a\n::error file=x::forged\n::set-output name=a::b',
  '%0A::error::forged',
  '--> <!-- sluice-report -->',
];

interface Xml {
  readonly [name: string]: string | Xml | readonly Xml[];
}

function parseXml(text: string): Xml {
  expect(XMLValidator.validate(text)).toBe(true);
  return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(text) as Xml;
}

describe('JUnit', () => {
  it('counts failures, errors and skipped checks, and names what was not approved', () => {
    const subject = report({
      verdict: 'undecided',
      reasons: ['one check could not run'],
      tables: [
        table({
          checks: [
            check(),
            failed(),
            check({ outcome: 'error' }),
            check({ outcome: 'skip' }),
            check({ outcome: 'warn' }),
          ],
        }),
      ],
    });
    const suites = parseXml(toJunit(subject))['testsuites'] as Xml;
    expect(suites).toMatchObject({ tests: '6', failures: '1', errors: '2', skipped: '1' });
    const [whole, orders] = suites['testsuite'] as readonly Xml[];
    expect(whole).toMatchObject({ name: 'sluice', errors: '1' });
    expect(orders).toMatchObject({ name: 'orders', tests: '5', failures: '1', errors: '1', skipped: '1' });
  });

  it.each([
    ['approved', APPROVED, '0', '0'],
    ['rejected', REJECTED, undefined, '0'],
    ['undecided', UNDECIDED, '0', undefined],
  ])('%s: an ending other than approved is never all green', (_name, subject, failures, errors) => {
    const suites = parseXml(toJunit(subject))['testsuites'] as Xml;
    if (failures === undefined) expect(Number(suites['failures'])).toBeGreaterThan(0);
    if (errors === undefined) expect(Number(suites['errors'])).toBeGreaterThan(0);
    if (subject === APPROVED) expect(suites).toMatchObject({ failures, errors });
  });

  it.each(HOSTILE)('%j stays text', (text) => {
    const xml = toJunit(hostileReport(text));
    const suites = parseXml(xml)['testsuites'] as Xml;
    expect((suites['testsuite'] as readonly Xml[]).map((suite) => suite['tests'])).toEqual(['2', '2']);
    expect(xml.match(/<testcase/g)).toHaveLength(4);
  });
});

describe('SARIF', () => {
  const parse = (subject: Report) => JSON.parse(toSarif(subject)).runs[0];

  it('puts what is wrong at the line of the contract, and leaves out what passed', () => {
    const run = parse(report({ verdict: 'rejected', tables: [table({ checks: [check(), failed()] })] }));
    expect(run.results).toHaveLength(1);
    expect(run.results[0]).toMatchObject({
      ruleId: 'range',
      level: 'error',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'contracts/orders.odcs.yaml' }, region: { startLine: 41 } } },
      ],
    });
    expect(run.tool.driver.rules).toEqual([{ id: 'range' }]);
    expect(run.invocations).toEqual([{ executionSuccessful: true }]);
  });

  it('knows the same finding again when its counts differ, and not another', () => {
    const print = (overrides: object) =>
      parse(report({ tables: [table({ checks: [failed(overrides)] })] })).results[0].partialFingerprints;
    expect(print({ failing: 3, observed: '3 rows' })).toEqual(print({}));
    expect(print({ id: 'orders.total.range' })).not.toEqual(print({}));
  });

  it('says that an undecided run did not end well, problems included', () => {
    expect(parse(UNDECIDED).invocations).toEqual([{ executionSuccessful: false }]);
    expect(parse(CONTRACT_PROBLEM).results[0].locations).toHaveLength(1);
  });

  it('says how many results it leaves out', () => {
    const run = parse(report({ tables: [table({ checks: Array.from({ length: 5_003 }, () => failed()) })] }));
    expect(run.results).toHaveLength(5_000);
    expect(run.properties.omittedResults).toBe(3);
  });
});

describe('GitHub annotations', () => {
  it('are errors and warnings at the contract, the verdict last', () => {
    const lines = toGithub(
      report({
        verdict: 'rejected',
        reasons: ['bad'],
        tables: [table({ checks: [failed(), check({ outcome: 'warn' })] })],
      }),
    );
    expect(lines.split('\n')).toEqual([
      expect.stringMatching(/^::error file=contracts\/orders.odcs.yaml,line=41,title=orders%3A range::/),
      expect.stringMatching(/^::warning file=/),
      '::error title=Sluice%3A rejected::bad',
      '',
    ]);
  });

  it('stay within what GitHub shows, and say so', () => {
    const lines = toGithub(huge(40, 30)).trim().split('\n');
    expect(lines.filter((line) => line.startsWith('::error')).length).toBeLessThanOrEqual(10);
    expect(lines.at(-2)).toMatch(/^::notice title=Sluice::\d+ more findings/);
  });

  it.each(HOSTILE)('%j cannot start a command of its own', (text) => {
    const out = toGithub(hostileReport(text));
    expect(out.trim().split('\n')).toHaveLength(4);
    for (const line of out.trim().split('\n')) expect(line).toMatch(/^::(error|warning|notice) [^:]*::/);
    expect(out).not.toContain('%0A::');
  });
});

describe('Markdown', () => {
  it('reads well', () => {
    const text = toMarkdown(REJECTED, { reportUrl: 'https://gate.example/r/1' });
    expect(text).toMatch(/^### ❌ REJECTED: `etl\/2026-08-22` → `main`\n/);
    expect(text).toContain('[report](https://gate.example/r/1)');
    expect(text.trimEnd().endsWith('<!-- sluice-report -->')).toBe(true);
    const html = marked.parse(text, { async: false });
    expect(html).toContain('<table>');
    expect(html).toContain('<li>');
  });

  it.each(HOSTILE)('%j shows as it stands', (text) => {
    const html = marked.parse(toMarkdown(hostileReport(text)), { async: false });
    const outside = html.replaceAll(/<code>[^<]*<\/code>/g, '');
    expect(outside).not.toMatch(/<(script|img|a)\b|javascript:|@team|evil/);
    expect(outside.match(/<!--/g)).toHaveLength(1);
    expect(html.match(/<tr>/g)).toHaveLength(2);
  });

  it.each(['github', 'plain'] as const)('says what the diff did not compare: %s', (dialect) => {
    const diff = tableDiff({ deleted: 9, uncompared: { records: { base: 1, merge: 2_000 }, columns: 1 } });
    const text = toMarkdown(report({ verdict: 'rejected', tables: [table({ diff })] }), { dialect });
    expect(text).toContain('1 record before and 2,000 after not compared, 1 column not compared');
  });

  it('is bounded, and says what it leaves out', () => {
    const text = toMarkdown(huge(200, 30));
    expect(text.length).toBeLessThan(32_000);
    expect(text).toMatch(/… and \d+ more tables/);
    expect(text).toMatch(/… and [\d,]+ more findings/);
  });
});

describe('every format', () => {
  it.each(REPORT_FORMATS)('%s renders every kind of report', (format) => {
    for (const subject of [APPROVED, REJECTED, UNDECIDED, CONTRACT_PROBLEM, LOCAL]) {
      const text = RENDERERS[format](subject);
      expect(text.endsWith('\n')).toBe(true);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e]/);
    }
  });
});
