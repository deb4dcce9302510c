import { type DestinationStream, type Logger, pino } from 'pino';
import { currentDecision } from '../gate/decision-context.ts';

/** Names under which a secret could stand in anything that is logged. */
const SECRETS = ['authorization', 'token', 'tokens', 'secret', 'secretAccessKey', 'password', 'cookie'];

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Texts that no line may hold, wherever they come from: in the message of somebody else's error, say. */
  readonly secrets?: readonly string[];
  /** Default: standard error, so that standard output stays free for reports. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines with a UTC time and, while a delivery is worked on, the id of its decision. Secrets are masked by the name
 * they stand under, three levels deep, and by their own text everywhere.
 */
export function createLogger({ level, secrets = [], destination }: LoggerOptions): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: MASK },
      mixin: () => {
        const decision = currentDecision();
        return decision === undefined ? {} : { decision };
      },
      hooks: { streamWrite: maskTexts(secrets) },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

const MASK = '[secret]';

/** A secret stands in a line as JSON writes it. */
function maskTexts(secrets: readonly string[]): (line: string) => string {
  const written = secrets.filter((text) => text !== '').map((text) => JSON.stringify(text).slice(1, -1));
  return (line) => written.reduce((masked, text) => masked.replaceAll(text, MASK), line);
}
