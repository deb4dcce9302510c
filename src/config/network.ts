/** Where a server listens; port 0 lets the system choose. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` or `[ipv6]:port`. */
export function parseListen(text: string): Listen | undefined {
  const [, v6, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/**
 * Reads a server's address. The end `/api/v1`, which lakectl's configuration has, and slashes at the end are taken
 * off. User and password in an address end up in logs and errors, so they are refused.
 */
export function parseServerUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || !/^https?:$/.test(url.protocol)) return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`;
}
