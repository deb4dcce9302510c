import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGateMetrics } from '../../../src/adapters/metrics/gate-metrics.ts';
import { GATE_STAGES } from '../../../src/gate/observer.ts';
import { running } from '../store/decisions.ts';

const READINGS = { queueLength: 3, runsActive: 2, cacheBytes: 4096 };

function metrics() {
  return createGateMetrics({ build: { sluice: '1.2.3', duckdb: 'duckdb v9' }, readings: () => READINGS });
}

describe('gate metrics', () => {
  it('count decisions by words from closed lists, and never by repository or branch', async () => {
    const { observer, render } = metrics();
    observer.decided(running('1', { state: 'rejected', status: 422, repository: 'secret-lake', branch: 'odd' }), 120);
    const { text, contentType } = await render();
    expect(contentType).toContain('text/plain; version=0.0.4');
    expect(text).toContain('sluice_decisions_total{origin="hook",event="pre-merge",verdict="rejected",status="422"} 1');
    expect(text).toContain('sluice_decision_duration_seconds_bucket{le="0.25",verdict="rejected"} 1');
    expect(text).not.toContain('secret-lake');
    expect(text).not.toContain('odd');
  });

  it('time every stage, also one that fails', async () => {
    const { observer, render } = metrics();
    for (const stage of GATE_STAGES) observer.stage(stage, () => 1);
    await expect(observer.stage('fetch', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(() =>
      observer.stage('record', () => {
        throw new Error('disk');
      }),
    ).toThrow('disk');
    const { text } = await render();
    expect(text).toContain('sluice_stage_duration_seconds_count{stage="changes"} 1');
    expect(text).toContain('sluice_stage_duration_seconds_count{stage="fetch"} 2');
    expect(text).toContain('sluice_stage_duration_seconds_count{stage="record"} 2');
  });

  it('hold what was read, what is kept and what died', async () => {
    const { observer, cacheRequest, engineDied, render } = metrics();
    observer.read(2, 300);
    observer.rows(41n);
    observer.landed(true);
    observer.landed(false);
    cacheRequest('hit');
    engineDied();
    const { text } = await render();
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'sluice_read_bytes_total 300',
        'sluice_read_objects_total 2',
        'sluice_rows_total 41',
        'sluice_ungated_commits_total 1',
        'sluice_cache_requests_total{result="hit"} 1',
        'sluice_cache_requests_total{result="miss"} 0',
        'sluice_engine_restarts_total 1',
        'sluice_queue_length 3',
        'sluice_runs_active 2',
        'sluice_cache_bytes 4096',
        'sluice_build_info{sluice="1.2.3",duckdb="duckdb v9"} 1',
      ]),
    );
  });

  it('of two gates in one process do not meet', async () => {
    const [one, other] = [metrics(), metrics()];
    one.observer.rows(7n);
    expect((await other.render()).text).toContain('sluice_rows_total 0');
  });

  it('each have a row in docs/metrics.md, and no row is of a metric that is not there', async () => {
    const { text } = await metrics().render();
    const names = [...text.matchAll(/^# TYPE (sluice_\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const document = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const rows = [...document.matchAll(/^\| `(sluice_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(names.length).toBeGreaterThan(12);
    expect(rows.toSorted()).toEqual(names.toSorted());
  });
});
