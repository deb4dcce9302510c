import { escapeAllText } from './escape-text.ts';
import type { CheckReport, Report, TableReport } from './report.ts';

/** GitHub keeps the first 5,000 results of a run and shows them; more only cost upload. */
const MOST_RESULTS = 5_000;
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

interface Result {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: { readonly text: string };
  readonly locations: readonly unknown[];
  readonly partialFingerprints?: Readonly<Record<string, string>>;
}

/**
 * SARIF 2.1.0: what code scanning shows beside the contract's line. Passed and skipped checks are no results. An
 * undecided report is a run whose `executionSuccessful` is false, as the standard has it for tools that could not finish.
 */
export function toSarif(original: Report): string {
  const report = escapeAllText(original);
  const results = [
    ...report.problems.map(problemResult),
    ...report.tables.flatMap((table) =>
      table.checks
        .filter(({ outcome }) => outcome === 'fail' || outcome === 'error' || outcome === 'warn')
        .map((check) => checkResult(table, check)),
    ),
  ];
  const shown = results.slice(0, MOST_RESULTS);
  const run = {
    tool: {
      driver: {
        name: 'Sluice',
        version: report.engine.sluice,
        informationUri: 'https://www.npmjs.com/package/sluice-gate',
        rules: [...new Set(shown.map(({ ruleId }) => ruleId))].map((id) => ({ id })),
      },
    },
    invocations: [{ executionSuccessful: report.verdict !== 'undecided' }],
    properties: {
      verdict: report.verdict,
      reasons: report.reasons,
      ...(results.length > shown.length ? { omittedResults: results.length - shown.length } : {}),
    },
    results: shown,
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

function checkResult(table: TableReport, check: CheckReport): Result {
  const said = check.outcome === 'error' ? `could not run: ${check.observed}` : check.observed;
  return {
    ruleId: check.kind,
    level: check.outcome === 'warn' ? LEVELS[check.severity === 'info' ? 'info' : 'warning'] : 'error',
    message: { text: `${table.name}: ${said} (expected: ${check.expected})` },
    locations: [location(check.contract.file, check.contract.line, 1)],
    // The same finding of the next run is the same alert, whatever its counts and lines are by then.
    partialFingerprints: { 'sluiceCheck/v1': `${table.contract.id}/${table.name}/${check.id}` },
  };
}

function problemResult(problem: Report['problems'][number]): Result {
  const { code, message, hint, file, line, column, level } = problem;
  return {
    ruleId: code,
    level: level === 'warning' ? 'warning' : 'error',
    message: { text: hint === undefined ? message : `${message} ${hint}` },
    locations: file === undefined ? [] : [location(file, line ?? 1, column ?? 1)],
  };
}

/** SARIF wants a URI reference, in which a path's odd characters are encoded. */
function location(file: string, startLine: number, startColumn: number): unknown {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine, startColumn } } };
}
