import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { RENDERERS, REPORT_FORMATS } from '../../../src/core/report/formats.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { undecidedReport } from '../../../src/core/report/undecided-report.ts';
import { closed, REPORT_SCHEMA } from './report-schema.ts';
import { APPROVED, CONTRACT_PROBLEM, LOCAL, NOTHING_CHANGED, REJECTED, UNDECIDED } from './reports.ts';

const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true, allErrors: true });
const validate = ajv.compile(closed(REPORT_SCHEMA));

function problemsOf(text: string): unknown {
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

const EARLY: Report = undecidedReport(
  {
    decisionId: '01J8ZK3V9Q6T4W2X0Y5A7B8C9D',
    event: {
      eventType: 'pre-merge',
      eventTime: '2026-08-22T10:00:00Z',
      actionName: 'gate',
      hookId: 'sluice',
      repository: 'lake',
      commitMetadata: {},
    },
    engine: { sluice: '0.1.0', duckdb: 'duckdb v1.5.6' },
    durationMs: 1.5,
  },
  { code: 'lakefs-unreachable', message: 'lakeFS does not answer.' },
);

describe('the published JSON Schema', () => {
  it.each([
    ['approved', APPROVED],
    ['rejected', REJECTED],
    ['undecided', UNDECIDED],
    ['a contract problem', CONTRACT_PROBLEM],
    ['nothing changed', NOTHING_CHANGED],
    ['local', LOCAL],
    ['undecided before anything was read', EARLY],
  ])('describes every property of a report: %s', (_name, report) => {
    expect(problemsOf(RENDERERS.json(report))).toEqual([]);
  });

  it.each([
    ['a verdict it does not know', { ...APPROVED, verdict: 'passed' }],
    ['a count that is a text', { ...APPROVED, tables: [{ ...APPROVED.tables[0], rows: '12' }] }],
    ['a negative count', { ...APPROVED, uncovered: { count: -1, paths: [] } }],
    ['a missing scope', { ...APPROVED, scope: undefined }],
    ['a scope of both kinds', { ...APPROVED, scope: { kind: 'local' } }],
    ['a property it does not describe', { ...APPROVED, extra: true }],
  ])('refuses %s', (_name, report) => {
    expect(problemsOf(JSON.stringify(report))).not.toEqual([]);
  });

  it('has an id and says which draft it is written in', () => {
    expect(REPORT_SCHEMA).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:sluice:report:1',
    });
  });
});

describe('the formats', () => {
  it('JSON gives the report back, exactly, and ends with one newline', () => {
    const text = RENDERERS.json(REJECTED);
    expect(JSON.parse(text)).toEqual(REJECTED);
    expect(text).toMatch(/^\{\n {2}"reportVersion": "1.0",\n/);
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('all render every report', () => {
    for (const format of REPORT_FORMATS) expect(RENDERERS[format](REJECTED)).toContain('orders');
  });
});
