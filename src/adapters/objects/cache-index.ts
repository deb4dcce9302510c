import { rmSync } from 'node:fs';
import Database from 'libsql';
import type { AddressKey } from './address.ts';

export interface CacheEntry {
  readonly sha256: string;
  readonly checksumConfirmed: boolean;
}

/** Which bytes an address holds, how large they are and when they were last used. All methods are synchronous. */
export interface CacheIndex {
  find(key: AddressKey): CacheEntry | null;
  /** Notes what an address holds. Comes before the file: a row without a file is a miss, a file without a row is lost. */
  record(key: AddressKey, entry: CacheEntry): void;
  touch(sha256: string): void;
  /** Some of the least recently used files that have to go before `incomingBytes` fit under the cap; none when they do. */
  victims(capBytes: number, incomingBytes: number): readonly string[];
  forget(sha256: string): void;
  /** Of all files together. */
  totalBytes(): number;
  close(): void;
}

/** Raised whenever the meaning of a row changes; an older cache is thrown away. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE file (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX file_by_use ON file (used_at, sha256, size);
  CREATE TABLE total (bytes INTEGER NOT NULL);
  INSERT INTO total VALUES (0);
  CREATE TRIGGER file_added AFTER INSERT ON file BEGIN UPDATE total SET bytes = bytes + new.size; END;
  CREATE TRIGGER file_gone AFTER DELETE ON file BEGIN UPDATE total SET bytes = bytes - old.size; END;
  CREATE TABLE address (
    repository TEXT NOT NULL, physical_address TEXT NOT NULL, size INTEGER NOT NULL, checksum TEXT NOT NULL,
    sha256 TEXT NOT NULL, confirmed INTEGER NOT NULL,
    PRIMARY KEY (repository, physical_address, size, checksum)
  ) WITHOUT ROWID;
  CREATE INDEX address_by_file ON address (sha256);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the index, an SQLite file in WAL mode: safe against kill -9, and shared by processes. One that is damaged or of
 * another version is replaced by an empty one; `discard` then removes the files it spoke of.
 */
export function openCacheIndex(file: string, discard: () => void): CacheIndex {
  try {
    return openExisting(file, discard);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    return openExisting(file, discard);
  }
}

function openExisting(file: string, discard: () => void): CacheIndex {
  // A cache must never hold up the event loop: busy for longer counts as a miss.
  const db = new Database(file, { timeout: 50 });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const version = schemaVersion(db);
    if (version === 0) {
      discard();
      db.transaction(() => db.exec(SCHEMA)).immediate();
    } else if (version !== SCHEMA_VERSION) {
      throw new Error(`cache index of version ${version}`);
    }
    return prepare(db);
  } catch (cause) {
    db.close();
    throw cause;
  }
}

function schemaVersion(db: Database.Database): number {
  const row = db.prepare('PRAGMA user_version').get() as { readonly user_version: number };
  return row.user_version;
}

function prepare(db: Database.Database): CacheIndex {
  const find = db.prepare(
    'SELECT sha256, confirmed FROM address WHERE repository = ? AND physical_address = ? AND size = ? AND checksum = ?',
  );
  const addFile = db.prepare(
    'INSERT INTO file VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET used_at = excluded.used_at',
  );
  const addAddress = db.prepare('INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?, ?, ?)');
  const touch = db.prepare('UPDATE file SET used_at = ? WHERE sha256 = ?');
  const total = db.prepare('SELECT bytes FROM total');
  const oldest = db.prepare('SELECT sha256, size FROM file ORDER BY used_at, sha256 LIMIT 500');
  const removeFile = db.prepare('DELETE FROM file WHERE sha256 = ?');
  const removeAddresses = db.prepare('DELETE FROM address WHERE sha256 = ?');
  const record = db.transaction((key: AddressKey, entry: CacheEntry) => {
    addFile.run(entry.sha256, key.sizeBytes, Date.now());
    const { repository, physicalAddress, sizeBytes, checksum } = key;
    addAddress.run(repository, physicalAddress, sizeBytes, checksum, entry.sha256, entry.checksumConfirmed ? 1 : 0);
  });
  const forget = db.transaction((sha256: string) => {
    removeFile.run(sha256);
    removeAddresses.run(sha256);
  });
  const totalBytes = () => (total.get() as { readonly bytes: number }).bytes;
  return {
    find(key) {
      const { repository, physicalAddress, sizeBytes, checksum } = key;
      const row = find.get(repository, physicalAddress, sizeBytes, checksum) as AddressRow | undefined;
      return row === undefined ? null : { sha256: row.sha256, checksumConfirmed: row.confirmed === 1 };
    },
    record: (key, entry) => record.immediate(key, entry),
    touch: (sha256) => void touch.run(Date.now(), sha256),
    victims(capBytes, incomingBytes) {
      let excess = totalBytes() + incomingBytes - capBytes;
      const chosen: string[] = [];
      if (excess <= 0) return chosen;
      for (const row of oldest.all() as readonly FileRow[]) {
        chosen.push(row.sha256);
        excess -= row.size;
        if (excess <= 0) break;
      }
      return chosen;
    },
    forget: (sha256) => forget.immediate(sha256),
    totalBytes,
    close: () => void db.close(),
  };
}

interface AddressRow {
  readonly sha256: string;
  readonly confirmed: number;
}

interface FileRow {
  readonly sha256: string;
  readonly size: number;
}
