import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/gate/doctor/doctor.ts';
import { type Finding, finding } from '../../src/gate/doctor/finding.ts';
import { sluice } from './world.ts';

const FINE: Finding = finding({ id: 'clock', repository: null }, { level: 'ok', detail: 'less than 30 s apart' });
const BAD: Finding = finding(
  { id: 'canary-blocks', repository: 'lake' },
  { level: 'fail', detail: 'bad data got in:\u001b[31m it', fix: 'Mend it.' },
);
const DOUBT: Finding = finding({ id: 'state-disk', repository: null }, { level: 'unknown', detail: 'not Linux' });

const world = (diagnosis: Diagnosis) => ({ services: { doctor: async () => diagnosis } });

describe('sluice doctor', () => {
  it('prints a line for each finding, and the fix below it', async () => {
    const { stdout, code } = await sluice(['doctor', 'lake'], world({ findings: [FINE, BAD], verdict: 'fail' }));
    expect(stdout).toBe(
      [
        'ok       clocks agree      less than 30 s apart',
        '',
        'repository lake',
        'fail     canary: bad data  bad data got in:\\u001b[31m it',
        '         fix: Mend it.',
        '',
        '2 findings: 1 fail',
        '',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('gives everything as JSON', async () => {
    const diagnosis: Diagnosis = { findings: [FINE, DOUBT], verdict: 'unknown' };
    const { stdout, code } = await sluice(['doctor', '--json'], world(diagnosis));
    expect(JSON.parse(stdout)).toEqual(diagnosis);
    expect(code).toBe(2);
  });

  it('exits 0 when all is well, and asks for what it was told to', async () => {
    const asked: unknown[] = [];
    const services = {
      doctor: async (request: unknown): Promise<Diagnosis> => {
        asked.push(request);
        return { findings: [FINE], verdict: 'ok' };
      },
    };
    const { code, stdout } = await sluice(['doctor', 'lake', '--server', 'http://x:1'], { services });
    expect([code, asked]).toEqual([0, [{ repository: 'lake', server: 'http://x:1', config: null }]]);
    expect(stdout).toContain('1 finding: all ok');
  });
});
