/**
 * The one place where SQL text is put together. A fragment is text with its bound values in order; identifiers enter
 * through {@link identifier}, values through {@link value}, and nothing else reaches the text but literals written in
 * our own source.
 */

/** A value DuckDB binds; numbers and dates travel as text and are cast in SQL, so that no digit is lost on the way. */
export type SqlValue = string | boolean | number | null | readonly string[];

export interface SqlFragment {
  readonly text: readonly string[];
  /** One value between every two neighbouring texts. */
  readonly values: readonly SqlValue[];
}

/** What the engine runs: `$1`-style placeholders and their values. */
export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** Template tag: nested fragments are spliced in, everything else is refused by the type. */
export function sql(strings: TemplateStringsArray, ...parts: readonly SqlFragment[]): SqlFragment {
  const first: SqlFragment = { text: [strings[0] ?? ''], values: [] };
  return parts.reduce<SqlFragment>(
    (joined, part, index) => concat(concat(joined, part), { text: [strings[index + 1] ?? ''], values: [] }),
    first,
  );
}

/** A bound value. */
export function value(bound: SqlValue): SqlFragment {
  return { text: ['', ''], values: [bound] };
}

/** A quoted identifier: double quotes doubled, as DuckDB (and standard SQL) has it. */
export function identifier(name: string): SqlFragment {
  return { text: [`"${name.replaceAll('"', '""')}"`], values: [] };
}

/** A number of ours in the text, where the grammar wants a constant or a bound one has no type. */
export function wholeNumber(number: number): SqlFragment {
  return { text: [String(number)], values: [] };
}

/** A type by the engine's own spelling, taken from its DESCRIBE or from our table of types. */
export function typeName({ name }: { readonly name: string }): SqlFragment {
  return { text: [name], values: [] };
}

/** SQL the contract's author wrote. Only text that the engine's guard has judged may be executed. */
export function authored(text: string): SqlFragment {
  return { text: [text], values: [] };
}

/** Fragments with a separator between them. */
export function join(
  parts: readonly SqlFragment[],
  separator: ', ' | ' AND ' | ' OR ' | ' UNION ALL ' | ' + ',
): SqlFragment {
  return parts.reduce<SqlFragment>(
    (joined, part, index) => (index === 0 ? part : concat(concat(joined, { text: [separator], values: [] }), part)),
    { text: [''], values: [] },
  );
}

/**
 * The fragment with its values written into the text, for CREATE VIEW, which takes no parameters. A text is quoted by
 * doubling its quotes, the only rule of standard SQL strings.
 */
export function inlineValues(fragment: SqlFragment): SqlFragment {
  const text = fragment.text.reduce(
    (whole, part, index) => (index === 0 ? part : whole + constant(fragment.values[index - 1] ?? null) + part),
    '',
  );
  return { text: [text], values: [] };
}

function constant(bound: SqlValue): string {
  if (bound === null) return 'NULL';
  if (typeof bound === 'boolean' || typeof bound === 'number') return String(bound);
  if (typeof bound === 'string') return `'${bound.replaceAll("'", "''")}'`;
  return `[${bound.map(constant).join(', ')}]`;
}

/** Numbers the placeholders. */
export function compile(fragment: SqlFragment): CompiledQuery {
  const sqlText = fragment.text.reduce((text, part, index) => (index === 0 ? part : `${text}$${index}${part}`), '');
  return { sql: sqlText, parameters: fragment.values };
}

function concat(left: SqlFragment, right: SqlFragment): SqlFragment {
  const last = left.text.at(-1) ?? '';
  const [head = '', ...tail] = right.text;
  return {
    text: [...left.text.slice(0, -1), last + head, ...tail],
    values: [...left.values, ...right.values],
  };
}
