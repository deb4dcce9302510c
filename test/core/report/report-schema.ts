import { readFileSync } from 'node:fs';

export const REPORT_SCHEMA = JSON.parse(
  readFileSync(new URL('../../../schemas/report.schema.json', import.meta.url), 'utf8'),
) as object;

/** The published schema lets later versions add properties; here every property must be one that it describes. */
export function closed(schema: object): object {
  return close(schema) as object;
}

function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  return inner['type'] === 'object' ? { ...inner, additionalProperties: false } : inner;
}
