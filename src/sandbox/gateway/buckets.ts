import type { Reply } from '../http.ts';
import type { Lake } from '../lake.ts';
import { LakeError } from '../lake-error.ts';
import { keyedPage, type Listed, listPage, type Page } from '../listing.ts';
import { viewAt } from '../refs.ts';
import { comparePaths, type Entry } from '../tree.ts';
import { type GatewayCall, isoTime, xmlReply } from './gateway-call.ts';
import { GatewayError } from './gateway-error.ts';
import { type XmlElement, xml } from './xml.ts';

const DEFAULT_KEYS = 1000;
const MOST_KEYS = 10_000;

interface Listing {
  readonly page: Page<Listed<Entry>>;
  /** Before every key: `main/`, empty when branches are listed. */
  readonly keyPrefix: string;
}

export function listBuckets(lake: Lake): Reply {
  const repositories = [...lake.repositories.values()].sort((a, b) => comparePaths(a.id, b.id));
  const buckets = repositories.map(({ id, createdAt }) =>
    xml('Bucket', [xml('CreationDate', isoTime(createdAt)), xml('Name', id)]),
  );
  const owner = xml('Owner', [xml('DisplayName', ''), xml('ID', '')]);
  return xmlReply(200, xml('ListAllMyBucketsResult', [xml('Buckets', buckets), owner]));
}

/** ListObjects, both versions. Keys are `<ref>/<path>`; a prefix without a slash lists branches. */
export function listObjects(call: GatewayCall): Reply {
  const { query } = call.incoming;
  const version = query.get('list-type') ?? '1';
  if (version === '2') return listVersion2(call);
  if (version === '1' || version === '') return listVersion1(call);
  throw new GatewayError('BadRequest');
}

function listVersion2(call: GatewayCall): Reply {
  const { query } = call.incoming;
  const token = query.get('continuation-token') ?? '';
  const listing = listFrom(call, token || (query.get('start-after') ?? ''));
  if (listing === null) throw new GatewayError('BadRequest');
  const next = nextKey(listing);
  return xmlReply(
    200,
    xml('ListBucketResult', [
      ...head(call, listing),
      ...prefixes(listing),
      next === '' ? null : xml('NextContinuationToken', next),
      token === '' ? null : xml('ContinuationToken', token),
      ...contents(listing),
    ]),
  );
}

/** Unlike version 2, an unknown ref is an empty list here (recording 30). */
function listVersion1(call: GatewayCall): Reply {
  const { query } = call.incoming;
  const marker = query.get('marker') ?? '';
  const listing = listFrom(call, marker) ?? { page: { results: [], hasMore: false }, keyPrefix: '' };
  const next = query.get('delimiter') ? nextKey(listing) : '';
  return xmlReply(
    200,
    xml('ListBucketResult', [
      ...head(call, listing),
      ...prefixes(listing),
      xml('Marker', marker),
      next === '' ? null : xml('NextMarker', next),
      ...contents(listing),
    ]),
  );
}

/** Null for an unknown ref. @throws GatewayError BadRequest when `after` lies under another ref */
function listFrom(call: GatewayCall, after: string): Listing | null {
  const { query } = call.incoming;
  const wanted = query.get('prefix') ?? '';
  const slash = wanted.indexOf('/');
  const amount = Math.min(maxKeys(call), MOST_KEYS);
  if (slash < 0) return { page: branchPage(call, { prefix: wanted, after, amount }), keyPrefix: '' };
  const ref = wanted.slice(0, slash);
  if (after !== '' && !after.startsWith(`${ref}/`)) throw new GatewayError('BadRequest');
  const entries = entriesAt(call, ref);
  if (entries === null) return null;
  const page = listPage(entries, {
    prefix: wanted.slice(slash + 1),
    delimiter: query.get('delimiter') ?? '',
    after: after.slice(ref.length + 1),
    amount,
  });
  return { page, keyPrefix: `${ref}/` };
}

function entriesAt(call: GatewayCall, ref: string): readonly Entry[] | null {
  try {
    return viewAt(call.repository, ref).entries;
  } catch (error) {
    if (error instanceof LakeError && error.kind === 'not-found') return null;
    throw error;
  }
}

function branchPage(
  call: GatewayCall,
  request: { readonly prefix: string; readonly after: string; readonly amount: number },
): Page<Listed<Entry>> {
  const names = [...call.repository.branches.keys()].sort(comparePaths);
  const page = keyedPage(names, (name) => name, request);
  return { ...page, results: page.results.map((name) => ({ kind: 'prefix', path: `${name}/` })) };
}

function maxKeys(call: GatewayCall): number {
  const wanted = Number.parseInt(call.incoming.query.get('max-keys') ?? '', 10);
  return Number.isNaN(wanted) ? DEFAULT_KEYS : wanted;
}

function head(call: GatewayCall, { page }: Listing): readonly (XmlElement | null)[] {
  const delimiter = call.incoming.query.get('delimiter') ?? '';
  return [
    xml('Name', call.repository.id),
    xml('IsTruncated', page.hasMore),
    xml('Prefix', call.incoming.query.get('prefix') ?? ''),
    delimiter === '' ? null : xml('Delimiter', delimiter),
    xml('KeyCount', page.results.length),
    xml('MaxKeys', maxKeys(call)),
  ];
}

function prefixes({ page, keyPrefix }: Listing): readonly XmlElement[] {
  return page.results.flatMap((listed) =>
    listed.kind === 'prefix' ? [xml('CommonPrefixes', [xml('Prefix', keyPrefix + listed.path)])] : [],
  );
}

/** Keys are never URL-encoded, whatever `encoding-type` asks for. */
function contents({ page, keyPrefix }: Listing): readonly XmlElement[] {
  return page.results.flatMap((listed) => {
    if (listed.kind === 'prefix') return [];
    const { value } = listed;
    return [
      xml('Contents', [
        xml('Key', keyPrefix + value.path),
        xml('LastModified', isoTime(value.modifiedAt)),
        xml('ETag', `"${value.checksum}"`),
        xml('Size', value.sizeBytes),
        xml('StorageClass', 'STANDARD'),
      ]),
    ];
  });
}

function nextKey({ page, keyPrefix }: Listing): string {
  return page.hasMore ? keyPrefix + (page.results.at(-1)?.path ?? '') : '';
}
