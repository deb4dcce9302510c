import { ageInSeconds } from '../contract/age.ts';
import type { Contract, ContractTable } from '../contract/contract.ts';
import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { CheckSpec } from './check.ts';
import { contractColumns, dataName } from './columns.ts';
import { changeDrafts } from './derive-changes.ts';
import { propertyDrafts } from './derive-property.ts';
import { ruleDrafts } from './derive-rule.ts';
import type { Derived, Draft } from './draft.ts';

export interface DerivedChecks {
  readonly checks: readonly CheckSpec[];
  readonly problems: readonly Problem[];
}

/**
 * Every check a contract asks for, in the order of the document: what the schema implies (presence, type, required,
 * keys, options, relationships), what its quality rules say, what its service levels promise, and what a change may do. A
 * rule that cannot become a check is a problem, or a check of kind `unsupported` that never passes.
 */
export function deriveChecks(contract: Contract): DerivedChecks {
  const perTable = contract.tables.map((table) => {
    const derived = [
      tableDrafts(table),
      ...propertiesOf(table),
      ruleDrafts(table),
      slaDrafts(contract, table),
      { drafts: changeDrafts(table), problems: [] },
    ];
    return { table, drafts: derived.flatMap((one) => one.drafts), problems: derived.flatMap((one) => one.problems) };
  });
  return {
    checks: distinctIds(perTable.flatMap(({ table, drafts }) => drafts.map((draft) => complete(table, draft)))),
    problems: perTable.flatMap(({ problems }) => problems),
  };
}

function propertiesOf(table: ContractTable): readonly Derived[] {
  return contractColumns(table).map((column) => propertyDrafts(table, column));
}

function tableDrafts(table: ContractTable): Derived {
  const known = table.properties.map((property) => property.column);
  const extra: Draft = {
    detail: { kind: 'extraColumns', known },
    columns: [],
    at: table.at,
    expected: 'no columns beside those of the contract',
    severity: table.extraColumns === 'fail' ? 'error' : 'warning',
  };
  const readable: Draft = {
    detail: { kind: 'readable' },
    columns: [],
    at: table.at,
    expected: 'every object whole and well formed',
  };
  const key = primaryKeyDraft(table);
  return {
    drafts: [readable, ...(table.extraColumns === 'allow' ? [] : [extra]), ...(key === null ? [] : [key])],
    problems: [],
  };
}

function primaryKeyDraft(table: ContractTable): Draft | null {
  const members = contractColumns(table)
    .filter(({ property }) => property.primaryKey)
    .sort((left, right) => (left.property.primaryKeyPosition ?? 0) - (right.property.primaryKeyPosition ?? 0));
  const [first] = members;
  if (first === undefined) return null;
  return {
    detail: { kind: 'primaryKey' },
    columns: members.map((member) => member.name),
    at: first.property.attributeAt['primaryKey'] ?? first.property.at,
    expected: `${members.map((member) => member.name).join(', ')} present and different in every row`,
    dimension: 'uniqueness',
  };
}

/** `freshness` and `latency` of a table's column; other service levels are promises about people and systems. */
function slaDrafts(contract: Contract, table: ContractTable): Derived {
  const levels = contract.slaProperties.filter((sla) => ['freshness', 'latency'].includes(sla.property.toLowerCase()));
  const found = levels.flatMap((sla) => {
    if (sla.element === undefined) return [];
    const { at, text } = sla.element;
    return text
      .split(',')
      .map((element) => element.trim())
      .filter((element) => [table.name, table.physicalName].includes(element.slice(0, element.indexOf('.'))))
      .map((element) => slaDraft(table, sla, element.slice(element.indexOf('.') + 1), at));
  });
  return { drafts: found.flatMap((one) => one.drafts), problems: found.flatMap((one) => one.problems) };
}

function slaDraft(
  table: ContractTable,
  sla: Contract['slaProperties'][number],
  column: string,
  at: SourceLocation,
): Derived {
  const amount = sla.value.type === 'number' || sla.value.type === 'text' ? sla.value.text : '';
  const unit = sla.unit ?? 'd';
  const maxAgeSeconds = ageInSeconds(amount, unit);
  if (maxAgeSeconds === null) {
    const message = `the ${sla.property} of ${table.name}.${column} is no time span: ${amount} ${unit}`;
    const hint = 'give a number as `value` and d, h, min or s as `unit`';
    return { drafts: [], problems: [problemAt(sla.at, { code: 'time-span-invalid', message, hint })] };
  }
  const name = dataName(table, column);
  const draft: Draft = {
    detail: { kind: 'freshness', maxAgeSeconds, maxAge: `${amount} ${unit}` },
    columns: [name],
    at,
    id: sla.id,
    expected: `newest ${name} at most ${amount} ${unit} old`,
    dimension: 'timeliness',
  };
  return { drafts: [draft], problems: [] };
}

function complete(table: ContractTable, draft: Draft): CheckSpec {
  const where = [table.name, ...(draft.columns.length > 0 ? [draft.columns.join('+')] : []), draft.detail.kind];
  return {
    id: draft.id ?? where.join('.'),
    name: draft.name ?? null,
    table: table.name,
    columns: draft.columns,
    severity: draft.severity ?? 'error',
    dimension: draft.dimension ?? null,
    where: draft.where ?? null,
    threshold: draft.threshold ?? { operator: 'mustBe', bounds: ['0'], unit: 'rows', at: draft.at },
    at: draft.at,
    expected: draft.expected,
    ...draft.detail,
  };
}

/**
 * The first check of a name keeps it, the others get the next free of `-2`, `-3`, ... Answers are looked up by id: two
 * checks of one id would be judged by the same counts.
 */
function distinctIds(checks: readonly CheckSpec[]): readonly CheckSpec[] {
  const written = new Set(checks.map((check) => check.id));
  const taken = new Set<string>();
  return checks.map((check) => {
    let id = check.id;
    for (let times = 2; taken.has(id) || (id !== check.id && written.has(id)); times += 1) id = `${check.id}-${times}`;
    taken.add(id);
    return { ...check, id };
  });
}
