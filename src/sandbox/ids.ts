import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuv';
const MACHINE = randomBytes(5);
let counter = randomBytes(3).readUIntBE(0, 3);

/** A 20-character id that sorts by time (seconds, then order of making), as lakeFS names objects. */
export function sortableId(seconds: number = Math.floor(Date.now() / 1000)): string {
  counter = (counter + 1) % 0x1000000;
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(seconds >>> 0, 0);
  MACHINE.copy(bytes, 4);
  bytes.writeUIntBE(counter, 9, 3);
  return base32(bytes);
}

/** The same with time running backwards, so that a listing shows the newest first: pull requests and runs. */
export function newestFirstId(): string {
  return sortableId(0xffffffff - Math.floor(Date.now() / 1000));
}

export function sha256Hex(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

export function md5Hex(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('');
}
