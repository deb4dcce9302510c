/** How the text of an environment variable becomes the value that the file would hold. */
export type Reading = 'text' | 'integer' | 'list' | 'pairs';

export interface Setting {
  readonly env: string;
  /** Where the file holds it, from the top. */
  readonly path: readonly string[];
  readonly reading: Reading;
}

/** Every setting that the environment can give; it wins over the file. */
export const SETTINGS: readonly Setting[] = [
  setting('SLUICE_LAKEFS_URL', 'lakefs.url'),
  setting('SLUICE_LAKEFS_ACCESS_KEY_ID', 'lakefs.accessKeyId'),
  setting('SLUICE_LAKEFS_SECRET_ACCESS_KEY', 'lakefs.secretAccessKey'),
  setting('SLUICE_HOOK_TOKEN', 'hook.token', 'list'),
  setting('SLUICE_HOOK_LISTEN', 'hook.listen'),
  setting('SLUICE_HOOK_DEADLINE', 'hook.deadline'),
  setting('SLUICE_HOOK_MAX_DEADLINE', 'hook.maxDeadline'),
  setting('SLUICE_CONSOLE_LISTEN', 'console.listen'),
  setting('SLUICE_CONSOLE_TOKEN', 'console.token', 'list'),
  setting('SLUICE_CONSOLE_URL', 'console.url'),
  setting('SLUICE_CONSOLE_USER_HEADER', 'console.userHeader'),
  setting('SLUICE_CONSOLE_PROXIES', 'console.proxies', 'list'),
  setting('SLUICE_STATE_DIR', 'stateDir'),
  setting('SLUICE_CONTRACTS', 'contracts'),
  setting('SLUICE_CONTRACTS_PATH', 'contractsPath'),
  setting('SLUICE_UNCOVERED', 'uncovered'),
  setting('SLUICE_WITHOUT_MERGE_RESULT', 'withoutMergeResult'),
  setting('SLUICE_GOVERNED_BRANCHES', 'governedBranches', 'list'),
  setting('SLUICE_EVENTS', 'events', 'pairs'),
  setting('SLUICE_UNPREVIEWABLE', 'unpreviewable'),
  setting('SLUICE_RELEASE_TAGS', 'releaseTags', 'list'),
  setting('SLUICE_RELEASE_BRANCHES', 'releaseBranches', 'list'),
  setting('SLUICE_RULE_CHANGERS', 'ruleChangers', 'list'),
  setting('SLUICE_PULL_REQUESTS', 'pullRequests'),
  setting('SLUICE_REPLAY_FOR', 'replayFor'),
  setting('SLUICE_CONCURRENT_RUNS', 'runs.concurrent', 'integer'),
  setting('SLUICE_QUEUE', 'runs.queue', 'integer'),
  setting('SLUICE_LIMIT_MEMORY', 'limits.memory'),
  setting('SLUICE_LIMIT_THREADS', 'limits.threads', 'integer'),
  setting('SLUICE_LIMIT_TEMP', 'limits.temp'),
  setting('SLUICE_LIMIT_OBJECTS', 'limits.objects', 'integer'),
  setting('SLUICE_LIMIT_BYTES', 'limits.bytes'),
  setting('SLUICE_CACHE_SIZE', 'cacheSize'),
  setting('SLUICE_FAILING_ROWS_MAX_ROWS', 'failingRows.maxRows', 'integer'),
  setting('SLUICE_FAILING_ROWS_MAX_BYTES', 'failingRows.maxBytes'),
  setting('SLUICE_FAILING_ROWS_KEEP_DAYS', 'failingRows.keepDays', 'integer'),
  setting('SLUICE_SHUTDOWN_GRACE', 'shutdownGrace'),
  setting('SLUICE_LOG_LEVEL', 'logLevel'),
];

/** Variables of ours that are no settings: the file's place, what contracts may name, and those of the test suite. */
export function isOtherVariable(name: string): boolean {
  return name === 'SLUICE_CONFIG' || /^SLUICE_(?:VAR|TEST)_/.test(name) || SERVICE_LINK.test(name);
}

/**
 * What Kubernetes and Docker links put into every container beside a service called `sluice` or `sluice-hook`:
 * `SLUICE_SERVICE_HOST`, `SLUICE_PORT_8750_TCP_ADDR`, ... They must not stop the server from starting.
 */
const SERVICE_LINK =
  /^SLUICE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** The environment's text as the value that the file would hold; what cannot be read stays a text, for the schema to refuse. */
export function readVariable(reading: Reading, text: string): unknown {
  switch (reading) {
    case 'text':
      return text.trim();
    case 'integer':
      return /^\d{1,15}$/.test(text.trim()) ? Number(text) : text;
    case 'list':
      return splitList(text);
    case 'pairs':
      return Object.fromEntries(splitList(text).map((pair) => pair.split('=', 2).map((part) => part.trim())));
  }
}

/** A comma-separated text as a list without its empty parts. */
export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function setting(env: string, path: string, reading: Reading = 'text'): Setting {
  return { env, path: path.split('.'), reading };
}
