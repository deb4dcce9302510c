/** Header lines in the order in which they are sent; names in Go's spelling (`X-Hook-Token`). */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Headers that Go writes itself, whatever the caller set. */
const OWN = new Set(['Host', 'Content-Length', 'Transfer-Encoding', 'Trailer']);
const SENSITIVE = new Set([
  'Authorization',
  'Www-Authenticate',
  'Cookie',
  'Cookie2',
  'Proxy-Authorization',
  'Proxy-Authenticate',
]);
const ABOUT_THE_BODY = new Set(['Content-Encoding', 'Content-Language', 'Content-Location', 'Content-Type']);

/** Go's spelling of a header name: a capital at the start and after each dash. A name with odd letters stays as it is. */
export function canonicalName(name: string): string {
  if (!NAME.test(name)) return name;
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** The value of a header, or undefined. */
export function headerValue(lines: HeaderLines, name: string): string | undefined {
  return lines.find(([key]) => key === name)?.[1];
}

/** Why Go would refuse to send these lines, or null. */
export function headerFault(lines: HeaderLines): string | null {
  for (const [name, value] of lines) {
    if (!NAME.test(name)) return `net/http: invalid header field name ${JSON.stringify(name)}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      return `net/http: invalid header field value for ${JSON.stringify(name)}`;
    }
  }
  return null;
}

/** What goes over the wire: Go's own lines around the caller's, which are sorted by name. */
export function wireHeaders(lines: HeaderLines, host: string, bodyLength: number | null): HeaderLines {
  const own: HeaderLines = [
    ['Host', host],
    ['User-Agent', headerValue(lines, 'User-Agent') ?? 'Go-http-client/1.1'],
    ...(bodyLength === null ? [] : [['Content-Length', String(bodyLength)] as const]),
  ];
  const callers = lines
    .filter(([name]) => !OWN.has(name) && name !== 'User-Agent')
    .sort(([left], [right]) => (left === right ? 0 : left < right ? -1 : 1));
  const accept: HeaderLines = asksForGzip(lines) ? [['Accept-Encoding', 'gzip']] : [];
  return [...own, ...callers, ...accept];
}

/** Go asks for gzip, and unpacks it unseen, unless the caller says what it accepts. */
export function asksForGzip(lines: HeaderLines): boolean {
  return headerValue(lines, 'Accept-Encoding') === undefined && headerValue(lines, 'Range') === undefined;
}

/**
 * What a redirect carries on: everything but the credentials that Go knows by name when the host is another one, so a
 * secret in `X-Hook-Token` goes to whoever the redirect names; nothing about the body when there is none any more.
 */
export function redirectedHeaders(
  lines: HeaderLines,
  strip: { readonly credentials: boolean; readonly body: boolean },
): HeaderLines {
  return lines.filter(
    ([name]) => !(strip.credentials && SENSITIVE.has(name)) && !(strip.body && ABOUT_THE_BODY.has(name)),
  );
}
