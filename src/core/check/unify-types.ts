import { type PhysicalType, physicalType } from './physical-type.ts';

/**
 * The one type that holds every value of all the types unchanged; null when there is none. The engine's own rule for
 * UNION would do for most, but it rounds: DECIMAL(38,0) and DECIMAL(38,10) become DECIMAL(38,0), and a time loses its
 * zone.
 *
 * A column without any value goes with every type.
 *
 * @param types at least one; two objects of one table
 */
export function unifyTypes(types: readonly PhysicalType[]): PhysicalType | null {
  const valued = types.filter((type) => type.family !== 'null');
  return valued.length === 0 ? (types[0] ?? null) : unifyValued(valued);
}

function unifyValued(types: readonly PhysicalType[]): PhysicalType | null {
  const [first] = types;
  if (first === undefined) return null;
  const names = [...new Set(types.map((type) => type.name))];
  if (names.length === 1) return first;
  if (types.some((type) => type.family !== first.family)) return null;
  switch (first.family) {
    case 'integer':
      return physicalType(names.some((name) => name.includes('HUGE') || name === 'UBIGINT') ? 'HUGEINT' : 'BIGINT');
    case 'float':
      return physicalType('DOUBLE');
    case 'text':
      return physicalType('VARCHAR');
    case 'decimal':
      return widestDecimal(names);
    case 'timestamp':
      return finest(names, ['TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP', 'TIMESTAMP_NS']);
    case 'time':
      return finest(names, ['TIME', 'TIME_NS']);
    case 'list':
      return unifyLists(names);
    default:
      return null;
  }
}

/** Digits and scale of the engine's name of a DECIMAL; null for another name. */
export function decimalShape(name: string): { readonly digits: number; readonly scale: number } | null {
  const match = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(name);
  return match === null ? null : { digits: Number(match[1]), scale: Number(match[2]) };
}

function widestDecimal(names: readonly string[]): PhysicalType | null {
  const shapes = names.map(decimalShape).filter((shape) => shape !== null);
  const scale = Math.max(...shapes.map((shape) => shape.scale));
  const digits = scale + Math.max(...shapes.map((shape) => shape.digits - shape.scale));
  return shapes.length === names.length && digits <= 38 ? physicalType(`DECIMAL(${digits},${scale})`) : null;
}

/** The last in the order; null when a name is not in it. */
function finest(names: readonly string[], order: readonly string[]): PhysicalType | null {
  const ranks = names.map((name) => order.indexOf(name));
  const name = order[Math.max(...ranks)];
  return ranks.includes(-1) || name === undefined ? null : physicalType(name);
}

function unifyLists(names: readonly string[]): PhysicalType | null {
  if (!names.every((name) => name.endsWith('[]'))) return null;
  const element = unifyTypes(names.map((name) => physicalType(name.slice(0, -2))));
  return element === null ? null : physicalType(`${element.name}[]`);
}
