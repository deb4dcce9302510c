import { contractColumns } from './columns.ts';
import type { RuleTarget } from './draft.ts';

/** Puts quoted names where the standard has placeholders. */
export function fillPlaceholders(query: string, { table, column }: RuleTarget): string {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  // The path and not the dotted name: a column's own name may hold dots.
  const path = contractColumns(table).find(({ name }) => name === column)?.path ?? [column ?? ''];
  return query
    .replace(/\$?\{(object|table|model|schema)\}/g, () => quoted(table.name))
    .replace(/\$?\{(property|column|field)\}/g, (whole) => (column === null ? whole : path.map(quoted).join('.')));
}
