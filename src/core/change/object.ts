/** An object as a lakeFS listing shows it at one commit. */
export interface ObjectEntry {
  readonly path: string;
  /** Where the bytes live. lakeFS never overwrites what it wrote itself; this is the identity no client can forge. */
  readonly physicalAddress: string;
  /** Claimed by the client when the object was linked; confirms and never refuses (shared fact L14). */
  readonly checksum: string;
  readonly sizeBytes: number;
}

/** Equal for objects whose bytes are the same: where they lie, how many they are, and what their client called them. */
export function objectIdentity({ physicalAddress, sizeBytes, checksum }: ObjectEntry): string {
  return JSON.stringify([physicalAddress, sizeBytes, checksum]);
}

/** An entry of the two_dot diff of the destination head and the merge commit. */
export interface DiffEntry {
  readonly type: 'added' | 'removed' | 'changed' | 'conflict';
  readonly path: string;
  readonly sizeBytes: number | null;
}
