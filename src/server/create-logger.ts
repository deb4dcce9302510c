import { type DestinationStream, type Logger, pino } from 'pino';

/** Names under which a secret could stand in anything that is logged. */
const SECRETS = ['authorization', 'token', 'tokens', 'secret', 'secretAccessKey', 'password', 'cookie'];

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Default: standard error, so that standard output stays free for reports. */
  readonly destination?: DestinationStream;
}

/** JSON lines with a UTC time; secrets are masked by the name they stand under, three levels deep. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[secret]' } },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}
