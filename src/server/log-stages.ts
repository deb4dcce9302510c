import { type GateObserver, timed } from '../gate/observer.ts';

/** pino's logger fits. */
export interface StageLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tells the log and the observer: a line for what came, and at debug one for each stage with its milliseconds. */
export function logStages(log: StageLog, observer: GateObserver): GateObserver {
  return {
    ...observer,
    stage: (stage, work) =>
      timed(
        () => observer.stage(stage, work),
        (ms) => log.debug({ stage, durationMs: Math.round(ms * 10) / 10 }, 'stage ended'),
      ),
    read: (objects, bytes) => {
      observer.read(objects, bytes);
      log.debug({ objects, bytes }, 'objects read');
    },
    received: (decision) => {
      observer.received(decision);
      const { id, origin, event, repository, branch, mergeCommit } = decision;
      log.info({ decision: id, origin, event, repository, branch, mergeCommit }, 'delivery received');
    },
  };
}
