/** Where a request goes. */
export interface Target {
  readonly url: URL;
  /** Host and port as written: Go keeps a default port in the `Host` header, a WHATWG URL drops it. */
  readonly host: string;
  /** The address as Go prints it in an error: password masked, no slash added, query in clear. */
  readonly shown: string;
}

export type ParsedTarget =
  | { readonly kind: 'target'; readonly target: Target }
  /** Go cannot parse it: the hook ends before its request is logged. */
  | { readonly kind: 'unparsable'; readonly message: string }
  /** It parses and leads nowhere: sending fails, with this text behind the method. */
  | { readonly kind: 'unsendable'; readonly message: string };

const PARTS = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/;

/** Reads the address of a hook or of a redirect, with the complaints of Go's `net/url` and `net/http`. */
export function parseTarget(written: string): ParsedTarget {
  const parts = PARTS.exec(written);
  if (parts === null) return withoutAuthority(written);
  const [, scheme = '', authority = '', path = '', query = ''] = parts;
  const fault = authorityFault(authority) ?? pathFault(path);
  if (fault !== null) return unparsable(written, fault);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [start, end] = [`${scheme.toLowerCase()}://`, `${escapePath(path)}${query}`];
  const shown = `${start}${authority.replace(/^([^:@]*):.*@/, '$1:***@')}${end}`;
  if (!/^https?$/i.test(scheme)) return unsendable(shown, `unsupported protocol scheme "${scheme.toLowerCase()}"`);
  if (host === '') return unsendable(shown.replace(/\/\/$/, ''), 'http: no Host in request URL');
  const port = /:(\d+)$/.exec(host)?.[1];
  if (port !== undefined && Number(port) > 65_535) return unsendable(shown, `dial tcp: address ${port}: invalid port`);
  const address = `${start}${authority}${end}`;
  if (!URL.canParse(address)) return unparsable(written, 'invalid character in host name');
  return { kind: 'target', target: { url: new URL(address), host, shown } };
}

/** The same address with more query parameters, all of them sorted by name and encoded as Go does. */
export function withQuery(target: Target, added: readonly (readonly [string, string])[]): Target {
  const all = [...target.url.searchParams, ...added].sort(([left], [right]) =>
    left === right ? 0 : left < right ? -1 : 1,
  );
  const query = all.map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`).join('&');
  const url = new URL(target.url);
  url.search = query;
  return { ...target, url, shown: `${target.shown.replace(/\?.*$/s, '')}${query === '' ? '' : `?${query}`}` };
}

function withoutAuthority(written: string): ParsedTarget {
  if (written.startsWith(':')) return unparsable(written, 'missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(written)?.[1] ?? '';
  return unsendable(written, `unsupported protocol scheme "${scheme.toLowerCase()}"`);
}

function unparsable(written: string, fault: string): ParsedTarget {
  return { kind: 'unparsable', message: `parse ${JSON.stringify(written)}: ${fault}` };
}

function unsendable(shown: string, reason: string): ParsedTarget {
  return { kind: 'unsendable', message: `${JSON.stringify(shown)}: ${reason}` };
}

function authorityFault(authority: string): string | null {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  const port = /:([^:\]]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) return `invalid port ":${port}" after host`;
  const odd = /[\s"<>\\^`{|}]/.exec(host)?.[0];
  return odd === undefined ? null : `invalid character ${JSON.stringify(odd)} in host name`;
}

function pathFault(path: string): string | null {
  const odd = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path)?.[0];
  return odd === undefined ? null : `invalid URL escape ${JSON.stringify(odd)}`;
}

function escapePath(path: string): string {
  return encodeURI(path).replace(/%25/g, '%');
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}
