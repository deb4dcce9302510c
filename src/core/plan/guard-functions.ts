/**
 * Functions of DuckDB 1.5 that an author's SQL may not call, and why. A test compares these lists with the catalog of
 * the engine that is installed, so that an upgrade which brings new volatile functions fails there.
 */

/** Table functions an author may use; all others read files, settings or catalogs, or run text as SQL. */
export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest']);

/** Functions whose answer depends on the day; allowed, and said in the report. */
export const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  'ago',
  'current_date',
  'current_localtime',
  'current_localtimestamp',
  'current_time',
  'current_timestamp',
  'get_current_time',
  'get_current_timestamp',
  'localtime',
  'localtimestamp',
  'now',
  'today',
  'transaction_timestamp',
]);

/** Functions that see several rows or make several of one though the catalog does not call them aggregates. */
export const ROW_CHANGING_FUNCTIONS: ReadonlySet<string> = new Set([
  'generate_subscripts',
  'geomean',
  'geometric_mean',
  'json_group_array',
  'json_group_object',
  'json_group_structure',
  'regexp_split_to_table',
  'unlist',
  'unnest',
  'wavg',
  'weighted_avg',
]);

/** True for a function (lower case) that no author's SQL may call. */
export function isRefusedFunction(name: string): boolean {
  return REFUSED.has(name) || REFUSED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Families that show the catalog, the session or the server, or that only DuckDB itself should call. */
const REFUSED_PREFIXES: readonly string[] = ['__internal_', 'duckdb_', 'has_', 'inet_', 'pg_', 'pragma_', 'read_'];

const REFUSED: ReadonlySet<string> = new Set([
  // Another answer at every call: the same commit would be judged differently.
  'gen_random_uuid',
  'random',
  'reservoir_quantile',
  'setseed',
  'uuid',
  'uuidv4',
  'uuidv7',
  // The session, its settings, its variables (our file lists) and its catalog.
  'col_description',
  'current_catalog',
  'current_connection_id',
  'current_database',
  'current_query',
  'current_query_id',
  'current_role',
  'current_schema',
  'current_schemas',
  'current_setting',
  'current_transaction_id',
  'current_user',
  'currval',
  'format_type',
  'get_block_size',
  'getenv',
  'getvariable',
  'in_search_path',
  'nextval',
  'obj_description',
  'session_user',
  'shobj_description',
  'stats',
  'txid_current',
  // Text run or bound as SQL; binding opens files.
  'json_execute_serialized_sql',
  'json_serialize_plan',
  'query',
  'query_table',
  // Effects: a message with row values, a log, a thread that sleeps.
  'enable_logging',
  'disable_logging',
  'error',
  'sleep_ms',
  'write_log',
]);
