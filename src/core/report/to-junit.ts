import { escapeText } from './escape-text.ts';
import type { CheckReport, Report, TableReport } from './report.ts';

/**
 * JUnit XML as CI servers read it: a suite per table, a case per check. `fail` is a failure, `error` an error, `skip`
 * skipped; a warning passes and says so in `system-out`. What concerns the whole report is a suite of its own, so that
 * a report that is not approved never looks like one in which everything passed.
 */
export function toJunit(report: Report): string {
  const suites = bounded([...wholeSuite(report), ...report.tables.map(tableSuite)]);
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0);
  const head = attributes({
    name: `sluice ${report.verdict}`,
    tests: sum((suite) => suite.cases.length),
    failures: sum((suite) => countOf(suite, 'failure')),
    errors: sum((suite) => countOf(suite, 'error')),
    skipped: sum((suite) => countOf(suite, 'skipped')),
    time: (report.durationMs / 1000).toFixed(3),
  });
  const body = suites.map(suiteXml).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${body}</testsuites>\n`;
}

/** CI servers keep every case of every run. */
const MOST_CASES = 10_000;
const MOST_DETAIL = 4_000;

/** Where there are too many cases, those that passed are counted in a property instead. */
function bounded(suites: readonly Suite[]): readonly Suite[] {
  if (suites.reduce((sum, { cases }) => sum + cases.length, 0) <= MOST_CASES) return suites;
  return suites.map((suite) => {
    const cases = suite.cases.filter(({ result }) => result !== 'passed');
    const omitted = ['omitted', `${suite.cases.length - cases.length} that passed`] as const;
    return { ...suite, cases, properties: [...suite.properties, omitted] };
  });
}

/** One check's words, however long a rule is. */
function clipped(detail: string): string {
  const more = detail.length - MOST_DETAIL;
  return more > 0 ? `${detail.slice(0, MOST_DETAIL)}… (+${more} characters)` : detail;
}

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly detail: string;
}

interface Suite {
  readonly name: string;
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly Case[];
}

const RESULTS = { pass: 'passed', warn: 'passed', fail: 'failure', error: 'error', skip: 'skipped' } as const;

function tableSuite(table: TableReport): Suite {
  const { contract, owner, location } = table;
  return {
    name: table.name,
    properties: [
      ['contract', `${contract.file} ${contract.version}`],
      ['location', location],
      ...(owner === null ? [] : [['owner', owner] as const]),
    ],
    cases: table.checks.map((check) => checkCase(check, contract.id)),
  };
}

function checkCase(check: CheckReport, classname: string): Case {
  return {
    name: check.id,
    classname,
    result: RESULTS[check.outcome],
    type: check.kind,
    message: check.outcome === 'pass' ? '' : `${check.outcome}: ${check.observed}`,
    detail: [
      `expected: ${check.expected}`,
      `observed: ${check.observed}`,
      `contract: ${check.contract.file}:${check.contract.line}`,
      ...(check.help === null ? [] : [`help: ${check.help}`]),
      ...check.objects.map(({ path, failing }) => `object: ${path} (${failing})`),
    ]
      .map(escapeText)
      .join('\n'),
  };
}

/** The verdict itself, and every problem. */
function wholeSuite(report: Report): readonly Suite[] {
  const verdict: Case = {
    name: 'verdict',
    classname: 'sluice',
    result: ({ approved: 'passed', rejected: 'failure', undecided: 'error' } as const)[report.verdict],
    type: report.verdict,
    message: report.verdict === 'approved' ? '' : (report.reasons[0] ?? report.verdict),
    detail: report.reasons.map(escapeText).join('\n'),
  };
  const problems = report.problems.map((problem): Case => {
    const place = problem.file === undefined ? '' : `${problem.file}:${problem.line ?? 1}: `;
    return {
      name: `${problem.code}${problem.file === undefined ? '' : ` ${problem.file}:${problem.line ?? 1}`}`,
      classname: 'sluice',
      result: problem.level === 'warning' ? 'passed' : 'error',
      type: problem.code,
      message: problem.message,
      detail: [`${place}${problem.message}`, ...(problem.hint === undefined ? [] : [`help: ${problem.hint}`])]
        .map(escapeText)
        .join('\n'),
    };
  });
  return [{ name: 'sluice', properties: [], cases: [verdict, ...problems] }];
}

function countOf(suite: Suite, result: Case['result']): number {
  return suite.cases.filter((one) => one.result === result).length;
}

function suiteXml(suite: Suite): string {
  const head = attributes({
    name: suite.name,
    tests: suite.cases.length,
    failures: countOf(suite, 'failure'),
    errors: countOf(suite, 'error'),
    skipped: countOf(suite, 'skipped'),
  });
  const properties = suite.properties
    .map(([name, value]) => `      <property${attributes({ name, value })}/>\n`)
    .join('');
  const block = properties === '' ? '' : `    <properties>\n${properties}    </properties>\n`;
  return `  <testsuite${head}>\n${block}${suite.cases.map(caseXml).join('')}  </testsuite>\n`;
}

function caseXml({ name, classname, result, type, message, detail }: Case): string {
  const head = `    <testcase${attributes({ name, classname })}`;
  if (result === 'passed') {
    return message === ''
      ? `${head}/>\n`
      : `${head}>\n      <system-out>${xmlText(clipped(detail))}</system-out>\n    </testcase>\n`;
  }
  if (result === 'skipped') return `${head}>\n      <skipped${attributes({ message })}/>\n    </testcase>\n`;
  return `${head}>\n      <${result}${attributes({ message, type })}>${xmlText(clipped(detail))}</${result}>\n    </testcase>\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(escapeText(String(value)))}"`)
    .join('');
}

/** Characters that XML forbids have become visible escapes in {@link escapeText} already. */
function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
