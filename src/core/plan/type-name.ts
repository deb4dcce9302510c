import { type PhysicalType, physicalType } from '../check/physical-type.ts';
import type { ObjectColumn } from '../check/table-facts.ts';

/** A column with the fields of its STRUCT type, however deep, read from the engine's name of the type. */
export function columnOf(name: string, typeName: string): ObjectColumn {
  const type: PhysicalType = physicalType(typeName);
  const fields = type.family === 'struct' ? splitFields(typeName).map((field) => columnOf(field.name, field.type)) : [];
  return { name, type, fields };
}

/**
 * The type's name with each part that is no STRUCT, list or MAP replaced, in the order in which they stand there, which
 * is that of the columns of values in Parquet.
 */
export function mapLeaves(typeName: string, leaf: (typeName: string) => string): string {
  switch (physicalType(typeName).family) {
    case 'list': {
      const end = typeName.lastIndexOf('[');
      const [old, element] = [typeName.slice(0, end), mapLeaves(typeName.slice(0, end), leaf)];
      const isPlain = element === old || !element.includes(' ') || element.endsWith(')');
      return `${isPlain ? element : `(${element})`}${typeName.slice(end)}`;
    }
    case 'struct': {
      const fields = splitTopLevel(typeName.slice('STRUCT('.length, -1)).map((part) => {
        const [whole = part, name = '', type = ''] = FIELD.exec(part.trim()) ?? [];
        return type === '' ? whole : `${name} ${mapLeaves(type, leaf)}`;
      });
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'map': {
      const parts = splitTopLevel(typeName.slice('MAP('.length, -1));
      return `MAP(${parts.map((part) => mapLeaves(part.trim(), leaf)).join(', ')})`;
    }
    default:
      return leaf(typeName);
  }
}

/** Name, in quotes or not, and type. */
const FIELD = /^("(?:[^"]|"")*"|\S+) (.+)$/s;

interface Field {
  readonly name: string;
  readonly type: string;
}

/** `STRUCT("a b" INTEGER, c STRUCT(d VARCHAR))` into its fields. */
function splitFields(typeName: string): readonly Field[] {
  const inner = typeName.slice('STRUCT('.length, -1);
  return splitTopLevel(inner).flatMap((part) => {
    const [, written = '', type] = FIELD.exec(part.trim()) ?? [];
    if (type === undefined) return [];
    const name = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
    return [{ name, type }];
  });
}

function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return text === '' ? [] : [...parts, text.slice(start)];
}
