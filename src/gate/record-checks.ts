import type { Report } from '../core/report/report.ts';
import { undecidedReport } from '../core/report/undecided-report.ts';
import type { Deliveries } from './deliver.ts';
import { type RecordDependencies, receive } from './delivery-record.ts';
import { type PoseDeps, type PosedMerge, poseMerge, withWarnings } from './pose-merge.ts';
import type { Decision } from './record-ports.ts';
import type { CheckMerges } from './recorded-checks.ts';

export interface RecordedChecksDeps {
  readonly preview: PoseDeps;
  readonly deliveries: Pick<Deliveries, 'deliver'>;
  readonly records: RecordDependencies;
}

/** Checks that share runs, slots and records with the hook. */
export function createRecordedChecks({ preview, deliveries, records }: RecordedChecksDeps): CheckMerges {
  return {
    check: async (question, signal) => {
      const posed = await poseMerge(question, preview, signal);
      const decision =
        posed.refusal === null
          ? await deliveries.deliver(posed.event, signal, 'check')
          : recordRefusal(posed, posed.refusal, records);
      if (posed.warnings.length === 0 || decision.report === null) return decision;
      const report = withWarnings(JSON.parse(decision.report) as Report, posed.warnings);
      return { ...decision, report: JSON.stringify(report) };
    },
  };
}

function recordRefusal(
  { event }: PosedMerge,
  refusal: NonNullable<PosedMerge['refusal']>,
  records: RecordDependencies,
): Decision {
  const delivery = receive(event, 'check', records);
  return delivery.conclude(undecidedReport(delivery.facts(), refusal));
}
