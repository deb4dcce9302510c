import type { ContractTable, QualityRule } from '../contract/contract.ts';
import { type Problem, problemAt } from '../problem.ts';
import { contractColumns } from './columns.ts';
import { customDetail } from './custom-rules.ts';
import { relationshipDraft } from './derive-relationship.ts';
import type { Derived, Draft, RuleDetail, RuleTarget } from './draft.ts';
import { libraryDetail } from './library-rules.ts';
import { fillPlaceholders } from './placeholders.ts';
import { thresholdWords } from './threshold.ts';

/** The checks of `quality[]` on the table and on its properties, and of the table's relationships. */
export function ruleDrafts(table: ContractTable): Derived {
  const own = table.quality.map((rule) => ruleDraft({ table, column: null }, rule));
  const columns = contractColumns(table).flatMap((column) =>
    column.property.quality.map((rule) => ruleDraft({ table, column: column.name }, rule)),
  );
  const results = [...own, ...columns];
  return {
    drafts: [
      ...table.relationships.map((relationship) => relationshipDraft(table, relationship)),
      ...results.flatMap((result) => ('detail' in result ? [result] : [])),
    ],
    problems: results.flatMap((result) => ('detail' in result ? [] : [result])),
  };
}

function ruleDraft(target: RuleTarget, rule: QualityRule): Draft | Problem {
  const read = detailOf(target, rule);
  if ('code' in read) return read;
  return {
    ...read,
    at: rule.at,
    id: rule.id,
    name: rule.name ?? rule.description,
    severity: rule.severity,
    dimension: rule.dimension,
    where: read.where ?? rule.where,
    threshold: read.threshold ?? rule.threshold,
  };
}

function detailOf(target: RuleTarget, rule: QualityRule): RuleDetail | Problem {
  switch (rule.type) {
    case 'library':
      return libraryDetail(target, rule);
    case 'sql':
      return sqlDetail(target, rule);
    case 'custom':
      return customDetail(target, rule);
    case 'text':
      return textDetail(target, rule);
  }
}

/** `{object}` and `{property}` are quoted names; the older spellings of the standard are read as well. */
function sqlDetail(target: RuleTarget, rule: QualityRule): RuleDetail | Problem {
  if (rule.query === undefined || rule.threshold === undefined) {
    const message =
      rule.query === undefined ? 'a `type: sql` rule needs a `query`' : 'a `type: sql` rule needs one operator';
    return problemAt(rule.at, {
      code: 'rule-incomplete',
      message,
      hint: 'give `query` and one of `mustBe`, `mustBeLessThan`, ...',
    });
  }
  const query = fillPlaceholders(rule.query.sql, target);
  const columns = target.column === null ? [] : [target.column];
  return { detail: { kind: 'sql', query }, columns, expected: `the query gives ${thresholdWords(rule.threshold, '')}` };
}

function textDetail({ column }: RuleTarget, rule: QualityRule): RuleDetail {
  const words = rule.description ?? rule.name ?? 'a rule for people';
  return { detail: { kind: 'text', words }, columns: column === null ? [] : [column], expected: words };
}
