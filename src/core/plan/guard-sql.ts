/**
 * Judges the SQL that contract authors write, on the syntax tree DuckDB's own parser returns (`json_serialize_sql`, a
 * pure parse that refuses everything but SELECT). The tree is walked against a list of what is allowed: a node this
 * file has never heard of is refused, so a newer DuckDB cannot bring in a construct unseen.
 */
import { SluiceError } from '../problem.ts';
import { CLOCK_FUNCTIONS, isRefusedFunction, ROW_CHANGING_FUNCTIONS, TABLE_FUNCTIONS } from './guard-functions.ts';

/** What a statement that passed may still do. */
export interface GuardedSql {
  /** It reads the clock (`now()`, `current_date`): equal commits may then be judged differently on another day. */
  readonly readsClock: boolean;
}

/** Longest text we hand to the parser, in UTF-16 units. */
const MAX_TEXT = 65_536;

/** Throws `sql-refused` for text that must not even be parsed. DuckDB stops reading at a NUL, so the tree would lie. */
export function assertParsable(text: string): void {
  if (text.trim() === '') refuse('it is empty');
  if (text.length > MAX_TEXT) refuse(`it is longer than ${MAX_TEXT} characters`);
  if (text.includes('\0')) refuse('it contains a NUL character');
}

/**
 * Judges a whole query: exactly one SELECT over `relations` (lower case) and its own CTEs.
 *
 * @param tree JSON text as `json_serialize_sql` returned it
 * @throws SluiceError `sql-refused`
 */
export function judgeQuery(tree: string, relations: readonly string[]): GuardedSql {
  const statement = onlyStatement(parseTree(tree));
  return walk(statement, { relations: new Set(relations), context: 'query', aggregates: new Set() });
}

/** The two texts whose trees {@link judgeExpression} compares. */
export function expressionProbes(expression: string): readonly [alone: string, wrapped: string] {
  return [`SELECT\n${expression}\nFROM t`, `SELECT (${expression}) FROM t`];
}

/**
 * Judges one expression over the columns of one row. Both probes must give the same tree: text that closes our
 * parenthesis (`a) OR (b`) does not parse alone, text that hides it (`a --`) does not parse wrapped. What passes can be
 * put in parentheses anywhere and stays what it was.
 *
 * @param trees what `json_serialize_sql` returned for the two {@link expressionProbes}
 * @param aggregates lower-case names of the engine's aggregate functions
 * @throws SluiceError `sql-refused`
 */
export function judgeExpression(
  trees: readonly [alone: string, wrapped: string],
  aggregates: ReadonlySet<string>,
): GuardedSql {
  const [alone, wrapped] = trees;
  const statement = onlyStatement(parseTree(wrapped));
  onlyStatement(parseTree(alone));
  if (withoutPlaces(alone) !== withoutPlaces(wrapped)) refuse('it is not one expression that stands alone');
  const node = record(statement['node']);
  const items = node['select_list'];
  if (node['type'] !== 'SELECT_NODE' || !Array.isArray(items) || items.length !== 1) {
    return refuse('it is not exactly one expression');
  }
  return walk(items[0], { relations: new Set(), context: 'expression', aggregates });
}

type JsonRecord = Readonly<Record<string, unknown>>;

interface Rules {
  readonly relations: ReadonlySet<string>;
  readonly context: 'query' | 'expression';
  readonly aggregates: ReadonlySet<string>;
}

function parseTree(text: string): JsonRecord {
  let tree: JsonRecord;
  try {
    tree = record(JSON.parse(text));
  } catch (cause) {
    return refuse('its syntax tree cannot be read', cause);
  }
  if (tree['error'] === false) return tree;
  const reason = String(tree['error_message'] ?? 'unknown parser error');
  return refuse(
    reason.startsWith('Only SELECT') ? 'only a SELECT is allowed' : `it does not parse: ${reason.slice(0, 200)}`,
  );
}

function onlyStatement(tree: JsonRecord): JsonRecord {
  const statements = tree['statements'];
  if (!Array.isArray(statements) || statements.length !== 1) return refuse('exactly one statement is allowed');
  const statement = record(statements[0]);
  const parameters = statement['named_param_map'];
  if (!Array.isArray(parameters) || parameters.length > 0) return refuse('parameters are not allowed');
  return statement;
}

function withoutPlaces(tree: string): string {
  return tree.replaceAll(/"query_location":\d+/g, '');
}

/** CTE names a node can see; a name is visible only from the place where DuckDB would resolve it to the CTE. */
type Scope = ReadonlySet<string>;

interface Visit {
  readonly value: unknown;
  readonly scope: Scope;
}

/** Walks with a list of its own: a chain of thousands of UNIONs must not overflow the stack. */
function walk(root: unknown, rules: Rules): GuardedSql {
  const pending: Visit[] = [{ value: root, scope: new Set() }];
  let readsClock = false;
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (Array.isArray(visit.value)) {
      for (const value of visit.value) pending.push({ value, scope: visit.scope });
    } else if (typeof visit.value === 'object' && visit.value !== null) {
      const node = record(visit.value);
      judgeNode(node, visit.scope, rules);
      readsClock ||= isClock(node);
      pending.push(...children(node, visit.scope));
    }
  }
  return { readsClock };
}

/** The parts of a node with the names each of them sees. */
function children(node: JsonRecord, outer: Scope): readonly Visit[] {
  const { cte_map: ctes, ...rest } = node;
  const visits: Visit[] = [];
  let scope = outer;
  const entries = ctes === undefined ? [] : record(ctes)['map'];
  for (const entry of Array.isArray(entries) ? entries : []) {
    // A CTE sees those before it, not itself: `WITH "x.csv" AS (FROM "x.csv")` reads a file.
    visits.push({ value: record(entry)['value'], scope });
    scope = new Set([...scope, asciiLower(record(entry)['key'])]);
  }
  const recursive = rest['type'] === 'RECURSIVE_CTE_NODE';
  for (const [key, value] of Object.entries(rest)) {
    const own = recursive && key === 'right' ? new Set([...scope, asciiLower(rest['cte_name'])]) : scope;
    visits.push({ value, scope: own });
  }
  return visits;
}

const QUERY_NODES: ReadonlySet<unknown> = new Set([
  'SELECT_NODE',
  'SET_OPERATION_NODE',
  'RECURSIVE_CTE_NODE',
  'CTE_NODE',
]);
const TABLE_NODES: ReadonlySet<unknown> = new Set([
  'BASE_TABLE',
  'JOIN',
  'SUBQUERY',
  'TABLE_FUNCTION',
  'EXPRESSION_LIST',
  'EMPTY',
]);
const MODIFIERS: ReadonlySet<unknown> = new Set([
  'ORDER_MODIFIER',
  'LIMIT_MODIFIER',
  'LIMIT_PERCENT_MODIFIER',
  'DISTINCT_MODIFIER',
]);
const ORDER_DIRECTIONS: ReadonlySet<unknown> = new Set(['ORDER_DEFAULT', 'ASCENDING', 'DESCENDING', 'INVALID']);
const EXPRESSIONS: ReadonlySet<unknown> = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'LAMBDA',
  'OPERATOR',
]);
const QUERY_ONLY_EXPRESSIONS: ReadonlySet<unknown> = new Set(['STAR', 'SUBQUERY', 'WINDOW', 'POSITIONAL_REFERENCE']);

function judgeNode(node: JsonRecord, scope: Scope, rules: Rules): void {
  if (isPresent(node['sample'])) refuse('sampling makes the verdict a matter of luck');
  if (isPresent(node['at_clause'])) refuse('AT is not allowed');
  if (typeof node['class'] === 'string') judgeExpressionNode(node, rules);
  else judgeQueryNode(node, scope, rules);
}

function judgeQueryNode(node: JsonRecord, scope: Scope, rules: Rules): void {
  const type = node['type'];
  // A value's type, a sort direction and the details of a type are objects or words of their own.
  if (typeof type !== 'string' || type.endsWith('TYPE_INFO') || ORDER_DIRECTIONS.has(type)) return;
  if (type === 'SHOW_REF') refuse('SHOW, DESCRIBE and SUMMARIZE are not allowed');
  if (rules.context === 'query' && (QUERY_NODES.has(type) || MODIFIERS.has(type))) return;
  if (rules.context === 'expression' && type === 'ORDER_MODIFIER') return;
  if (rules.context !== 'query' || !TABLE_NODES.has(type)) refuse(`${type} is not allowed`);
  if (type === 'TABLE_FUNCTION') judgeTableFunction(node);
  if (type === 'BASE_TABLE') judgeRelation(node, scope, rules.relations);
}

function judgeExpressionNode(node: JsonRecord, rules: Rules): void {
  const kind = node['class'];
  const allowed = EXPRESSIONS.has(kind) || (rules.context === 'query' && QUERY_ONLY_EXPRESSIONS.has(kind));
  if (!allowed) refuse(`${words(kind)} is not allowed here`);
  if (kind !== 'FUNCTION' && kind !== 'WINDOW') {
    if (rules.context === 'expression' && node['type'] === 'GROUPING_FUNCTION') refuse('GROUPING is not allowed here');
    return;
  }
  const name = asciiLower(node['function_name']);
  if (isRefusedFunction(name)) refuse(`the function ${name} is not allowed`);
  if (rules.context === 'expression' && (rules.aggregates.has(name) || ROW_CHANGING_FUNCTIONS.has(name))) {
    refuse(`${name} looks at more than one row, or makes more than one`);
  }
}

function judgeTableFunction(node: JsonRecord): void {
  const name = asciiLower(record(node['function'])['function_name']);
  if (!TABLE_FUNCTIONS.has(name)) refuse(`the table function ${name} is not allowed`);
}

function judgeRelation(node: JsonRecord, scope: Scope, relations: ReadonlySet<string>): void {
  const written = String(node['table_name']);
  if (node['catalog_name'] !== '' || node['schema_name'] !== '') refuse(`${written} may not be qualified`);
  const name = asciiLower(written);
  if (scope.has(name) || relations.has(name)) return;
  const known = [...relations].sort().join(', ');
  refuse(`there is no table ${written.slice(0, 100)} here`, undefined, known === '' ? undefined : `Tables: ${known}.`);
}

/** `current_date` without parentheses is a column reference until the binder finds no such column. */
function isClock(node: JsonRecord): boolean {
  if (node['class'] === 'FUNCTION') return CLOCK_FUNCTIONS.has(asciiLower(node['function_name']));
  if (node['class'] !== 'COLUMN_REF') return false;
  const names = node['column_names'];
  return Array.isArray(names) && names.length === 1 && CLOCK_FUNCTIONS.has(asciiLower(names[0]));
}

/** DuckDB folds identifiers by ASCII alone; JavaScript would fold the Kelvin sign into a `k`. */
function asciiLower(name: unknown): string {
  return String(name).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function words(kind: unknown): string {
  return `${kind === 'SUBQUERY' ? 'a' : 'the construct'} ${String(kind).toLowerCase().replaceAll('_', ' ')}`;
}

function isPresent(part: unknown): boolean {
  return part !== undefined && part !== null;
}

function record(part: unknown): JsonRecord {
  if (typeof part !== 'object' || part === null || Array.isArray(part))
    return refuse('its syntax tree has another form');
  return part as JsonRecord;
}

function refuse(reason: string, cause?: unknown, hint?: string): never {
  throw new SluiceError(
    {
      code: 'sql-refused',
      message: `The SQL is refused: ${reason}.`,
      hint: hint ?? 'Write one SELECT over the tables of the contract, or one expression over the columns of a row.',
    },
    { cause },
  );
}
