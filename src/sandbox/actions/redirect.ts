import type { Target } from './go-url.ts';
import { type HeaderLines, headerValue, redirectedHeaders } from './headers.ts';
import type { OutgoingRequest } from './transport.ts';

/** What a chain of redirects has cost so far; what is lost once stays lost. */
export interface Losses {
  readonly credentials: boolean;
  readonly body: boolean;
}

/** The statuses that Go follows, when they come with an address. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** The address a redirect names, which may be relative to where the request went. */
export function resolveLocation(location: string, from: Target): string {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(location) || !URL.canParse(location, from.url.href)) return location;
  const { href, origin, host } = new URL(location, from.url.href);
  // The same host is named as it was written, with a port that goes without saying.
  const authority = host === from.url.host ? from.host : host;
  return `${from.url.protocol}//${authority}${href.slice(origin.length)}`;
}

/** 301 to 303 cost a POST its body and its method; another host costs the credentials. */
export function lossesOf(status: number, first: Target, next: Target, before: Losses): Losses {
  return {
    credentials: before.credentials || !isSameOrBelow(next.url.hostname, first.url.hostname),
    body: before.body || (status !== 307 && status !== 308),
  };
}

/** The request that follows a redirect: made from the first one, whatever the ones between had. */
export function redirected(first: OutgoingRequest, from: Target, to: Target, losses: Losses): OutgoingRequest {
  return {
    method: losses.body ? 'GET' : first.method,
    target: to,
    headers: withReferer(redirectedHeaders(first.headers, losses), from, to),
    body: losses.body ? null : first.body,
  };
}

/** Ports do not matter to Go here, and `sub.gate.example` may see what was meant for `gate.example`. */
function isSameOrBelow(host: string, initial: string): boolean {
  return host === initial || (host.endsWith(`.${initial}`) && !/^[\d.]+$|[:%]/.test(host));
}

function withReferer(headers: HeaderLines, from: Target, to: Target): HeaderLines {
  if (from.url.protocol === 'https:' && to.url.protocol === 'http:') return headers;
  if (headerValue(headers, 'Referer') !== undefined) return headers;
  return [...headers, ['Referer', from.shown.replace(/\/\/[^/]*@/, '//')]];
}
