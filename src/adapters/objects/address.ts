/** Everything that names the bytes of an object besides its path. */
export interface AddressKey {
  readonly repository: string;
  readonly physicalAddress: string;
  readonly sizeBytes: number;
  readonly checksum: string;
}

/**
 * True when lakeFS itself wrote the bytes at this address, which it then never overwrites: only such addresses may
 * stand for their bytes in the cache.
 *
 * - Imported objects live outside the storage namespace and may be overwritten in place by whoever owns them.
 * - Addresses that lakeFS hands out for linking end in `,<signature>` (recordings 41 and 42), and a pre-signed URL can
 *   overwrite them for minutes after the link. They are read anew each time.
 * - The local block store shows the namespace `local://lake` as `local:///its/root/lake/…`, so there the namespace's
 *   name may stand behind the root.
 */
export function isWrittenByLakefs(storageNamespace: string, physicalAddress: string): boolean {
  const namespace = storageNamespace.replace(/\/+$/, '');
  const below = keyBelow(namespace, physicalAddress) ?? keyBelowLocalRoot(namespace, physicalAddress);
  if (below === null) return false;
  return /^[\w./-]+$/.test(below) && !below.split('/').some((segment) => segment === '' || /^\.+$/.test(segment));
}

function keyBelow(namespace: string, address: string): string | null {
  return address.startsWith(`${namespace}/`) ? address.slice(namespace.length + 1) : null;
}

function keyBelowLocalRoot(namespace: string, address: string): string | null {
  const name = /^local:\/\/([^/].*)$/.exec(namespace)?.[1];
  if (name === undefined || !address.startsWith('local:///')) return null;
  const marker = `/${name}/data/`;
  const at = address.lastIndexOf(marker);
  return at < 0 ? null : address.slice(at + name.length + 2);
}
