import type { ClientConfig, Config } from '../../config.ts';
import type { ContractSource, Lake, ObjectReader, QueryEngine, Workspace } from '../ports.ts';
import type { RepositoryFacts, RepositoryReader, RepositoryWriter } from '../repository-ports.ts';
import type { ScratchOwner } from '../scratch-branches.ts';
import type { DecisionRecords, DiskProbe, HttpProbe, ProtectionReader } from './ports.ts';

/** What this machine knows of the server. */
export interface KnownSettings
  extends Pick<
    ClientConfig,
    'stateDir' | 'contracts' | 'governedBranches' | 'events' | 'limits' | 'cacheBytes' | 'console'
  > {
  readonly lakefsUrl: string;
  /** The hook port's own settings; null where they are not on this machine. */
  readonly hook: Pick<Config['hook'], 'listen' | 'defaultDeadlineMs' | 'maxDeadlineMs'> | null;
}

export interface DoctorDeps {
  readonly reader: RepositoryReader;
  readonly writer: RepositoryWriter;
  readonly owner: ScratchOwner;
  readonly lake: Pick<Lake, 'list' | 'storageNamespace'>;
  readonly objects: ObjectReader;
  readonly engine: QueryEngine;
  readonly workspace: Workspace;
  /** Null where this machine was not told where contracts are. */
  readonly contracts: ContractSource | null;
  readonly http: HttpProbe;
  readonly disk: DiskProbe;
  readonly protection: ProtectionReader;
  /** Null where there are no records to ask. */
  readonly records: DecisionRecords | null;
  /** `${NAME}` of contracts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: KnownSettings;
  /** A file that this process can read and no engine session may. */
  readonly forbiddenFile: string;
  /** Lower-case letters and digits, new at every call. */
  readonly nonce: () => string;
  /** Tells what is being looked at. */
  readonly onProgress: (stage: string) => void;
}

/** One repository under examination. */
export interface Patient<Needed extends keyof DoctorDeps = keyof DoctorDeps> {
  readonly facts: RepositoryFacts;
  readonly deps: Pick<DoctorDeps, Needed>;
  readonly signal: AbortSignal;
}
