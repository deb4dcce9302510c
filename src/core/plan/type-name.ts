import { type PhysicalType, physicalType } from '../check/physical-type.ts';
import type { ObjectColumn } from '../check/table-facts.ts';

/** A column with the fields of its STRUCT type, however deep, read from the engine's name of the type. */
export function columnOf(name: string, typeName: string): ObjectColumn {
  const type: PhysicalType = physicalType(typeName);
  const fields = type.family === 'struct' ? splitFields(typeName).map((field) => columnOf(field.name, field.type)) : [];
  return { name, type, fields };
}

interface Field {
  readonly name: string;
  readonly type: string;
}

/** `STRUCT("a b" INTEGER, c STRUCT(d VARCHAR))` into its fields. */
function splitFields(typeName: string): readonly Field[] {
  const inner = typeName.slice('STRUCT('.length, -1);
  return splitTopLevel(inner).flatMap((part) => {
    const match = /^(?:"((?:[^"]|"")*)"|(\S+)) (.+)$/s.exec(part.trim());
    if (match === null) return [];
    return [{ name: (match[1] ?? match[2] ?? '').replaceAll('""', '"'), type: match[3] ?? '' }];
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
