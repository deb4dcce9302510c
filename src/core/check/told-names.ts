/** Which names in a text are names, and which may be values: of a CSV without its header, of JSON that is keyed by value. */

/** What a contract's table says of its own columns. */
interface Columns {
  readonly properties: readonly { readonly column: string }[];
}

/**
 * The names of an object as reports may show them, in their order; null when the contract knows none of them. Where it
 * misses more than half of its own columns, what stands in their place may be data, and is told by its place alone.
 *
 * @param folders columns that the object's path has
 */
export function toldNames(
  { properties }: Columns,
  names: readonly string[],
  folders: readonly string[] = [],
): readonly string[] | null {
  const known = properties.filter(({ column }) => !folders.includes(column)).map(({ column }) => column.toLowerCase());
  const heads = names.map((name) => headOf(name, known));
  const found = new Set(heads.filter((head) => head !== null));
  if (known.length > 0 && names.length > 0 && found.size === 0) return null;
  if (2 * found.size >= known.length) return names;
  return names.map((name, index) => (heads[index] === null ? `column ${index + 1} (name not shown)` : name));
}

/** The contract's column that a name or a dotted path begins with. */
function headOf(name: string, known: readonly string[]): string | null {
  const folded = name.toLowerCase();
  return known.find((column) => folded === column || folded.startsWith(`${column}.`)) ?? null;
}
