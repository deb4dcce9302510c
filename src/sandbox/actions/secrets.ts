/** What a header or a query parameter becomes: the value to send, and the value that the log may show. */
export interface SecretText {
  readonly value: string;
  readonly shown: string;
}

export type ResolvedSecret =
  | { readonly ok: true; readonly text: SecretText }
  | { readonly ok: false; readonly message: string };

/** Where `{{ ENV.X }}` looks; names without the prefix read as empty, and lakeFS does not say so (recording 21). */
export interface SecretSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly prefix: string;
}

const REFERENCE = /\{\{ ?ENV\..*? ?\}\}/g;
const MASK = '*******';

/** Replaces every `{{ ENV.X }}` of a text. One reference makes the whole text a secret, also when it reads as empty. */
export function resolveSecret(written: string, source: SecretSource): ResolvedSecret {
  let missing: string | undefined;
  let references = 0;
  const value = written.replace(REFERENCE, (reference) => {
    references += 1;
    const name = reference.replace(/^[{} ]+|[{} ]+$/g, '').slice('ENV.'.length);
    if (!name.startsWith(source.prefix)) return '';
    const found = source.environment[name];
    if (found === undefined) missing ??= name;
    return found ?? '';
  });
  if (missing !== undefined) return { ok: false, message: `${missing} not found: missing env var` };
  return { ok: true, text: { value, shown: references === 0 ? written : MASK } };
}
