import { Ajv, type JSONSchemaType } from 'ajv';

/**
 * The shapes of lakeFS's answers, reduced to what Sluice relies on. Fields that Sluice does not read may come and go
 * between lakeFS versions; those it reads must have the right type, or the answer is not trusted at all.
 */

export interface CommitAnswer {
  readonly id: string;
  readonly parents: readonly string[];
  readonly meta_range_id: string;
  readonly creation_date: number;
  readonly committer: string;
  readonly message?: string | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

export interface BranchAnswer {
  readonly id: string;
  readonly commit_id: string;
}

export interface RepositoryAnswer {
  readonly id: string;
  readonly storage_namespace: string;
  readonly default_branch: string;
  /** Absent before lakeFS 1.10. */
  readonly read_only?: boolean | null;
}

export interface ConfigAnswer {
  readonly version_config: { readonly version: string };
}

export interface UserAnswer {
  readonly user: { readonly id: string; readonly email?: string | null };
}

export interface RunAnswer {
  readonly run_id: string;
  readonly branch: string;
  readonly commit_id: string;
  readonly event_type: string;
  readonly status: string;
  /** RFC 3339 with up to nanoseconds. */
  readonly start_time: string;
}

export interface HookRunAnswer {
  readonly hook_run_id: string;
  readonly action: string;
  readonly hook_id: string;
  readonly status: string;
}

export interface MergeAnswer {
  readonly reference: string;
}

export interface ObjectAnswer {
  readonly path: string;
  readonly path_type: 'object';
  readonly physical_address: string;
  readonly checksum: string;
  readonly size_bytes: number;
  /** Seconds since 1970. */
  readonly mtime?: number | null;
}

export interface DiffAnswer {
  readonly type: 'added' | 'removed' | 'changed' | 'conflict';
  readonly path: string;
  readonly path_type: 'object';
  readonly size_bytes?: number | null;
}

export interface Page<Item> {
  readonly pagination: { readonly has_more: boolean; readonly next_offset: string; readonly results: number };
  readonly results: readonly Item[];
}

/** What is wrong with the answer, or null when it has the right shape. */
export type ShapeCheck<Answer> = (answer: unknown) => { readonly value: Answer } | { readonly fault: string };

const ajv = new Ajv({ strict: true, allErrors: false });
const SHA256 = '^[0-9a-f]{64}$';
const BYTES = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const TEXT = { type: 'string', minLength: 1 } as const;

const COMMIT: JSONSchemaType<CommitAnswer> = {
  type: 'object',
  required: ['id', 'parents', 'meta_range_id', 'creation_date', 'committer'],
  properties: {
    id: { type: 'string', pattern: SHA256 },
    parents: { type: 'array', items: { type: 'string', pattern: SHA256 } },
    meta_range_id: { type: 'string' },
    creation_date: { type: 'integer', minimum: 0 },
    committer: { type: 'string' },
    message: { type: 'string', nullable: true },
    metadata: { type: 'object', additionalProperties: { type: 'string' }, required: [], nullable: true },
  },
};

const BRANCH: JSONSchemaType<BranchAnswer> = {
  type: 'object',
  required: ['id', 'commit_id'],
  properties: { id: TEXT, commit_id: { type: 'string', pattern: SHA256 } },
};

const REPOSITORY: JSONSchemaType<RepositoryAnswer> = {
  type: 'object',
  required: ['id', 'storage_namespace', 'default_branch'],
  properties: {
    id: TEXT,
    storage_namespace: TEXT,
    default_branch: TEXT,
    read_only: { type: 'boolean', nullable: true },
  },
};

export const commitAnswer = shape(COMMIT);
export const branchAnswer = shape(BRANCH);
export const branchPage = shape(page(BRANCH));
export const repositoryAnswer = shape(REPOSITORY);
export const repositoryPage = shape(page(REPOSITORY));

/** One page of a log. Its order is the history's, so {@link Page}'s rules of paging do not hold. */
export const commitLog = shape<{ readonly results: readonly CommitAnswer[] }>({
  type: 'object',
  required: ['results'],
  properties: { results: { type: 'array', items: COMMIT } },
});

/** Which side is which does not matter: lakeFS tells them the other way round than the path asks. */
export const commonAncestorAnswer = shape<{ readonly base_commit_id: string }>({
  type: 'object',
  required: ['base_commit_id'],
  properties: { base_commit_id: { type: 'string' } },
});

export const configAnswer = shape<ConfigAnswer>({
  type: 'object',
  required: ['version_config'],
  properties: { version_config: { type: 'object', required: ['version'], properties: { version: TEXT } } },
});

export const userAnswer = shape<UserAnswer>({
  type: 'object',
  required: ['user'],
  properties: {
    user: { type: 'object', required: ['id'], properties: { id: TEXT, email: { type: 'string', nullable: true } } },
  },
});

export const mergeAnswer = shape<MergeAnswer>({
  type: 'object',
  required: ['reference'],
  properties: { reference: { type: 'string', pattern: SHA256 } },
});

export const runPage = shape(
  page<RunAnswer>({
    type: 'object',
    required: ['run_id', 'branch', 'commit_id', 'event_type', 'status', 'start_time'],
    properties: {
      run_id: TEXT,
      branch: { type: 'string' },
      commit_id: { type: 'string' },
      event_type: TEXT,
      status: TEXT,
      start_time: TEXT,
    },
  }),
);

export const hookRunPage = shape(
  page<HookRunAnswer>({
    type: 'object',
    required: ['hook_run_id', 'action', 'hook_id', 'status'],
    properties: { hook_run_id: TEXT, action: TEXT, hook_id: TEXT, status: TEXT },
  }),
);

const OBJECT: JSONSchemaType<ObjectAnswer> = {
  type: 'object',
  required: ['path', 'path_type', 'physical_address', 'checksum', 'size_bytes'],
  properties: {
    path: TEXT,
    path_type: { type: 'string', const: 'object' },
    physical_address: TEXT,
    checksum: { type: 'string' },
    size_bytes: BYTES,
    mtime: { type: 'integer', nullable: true },
  },
};

export const objectAnswer = shape(OBJECT);
export const objectPage = shape(page(OBJECT));

export const diffPage = shape<Page<DiffAnswer>>(
  page<DiffAnswer>({
    type: 'object',
    required: ['type', 'path', 'path_type'],
    properties: {
      type: { type: 'string', enum: ['added', 'removed', 'changed', 'conflict'] },
      path: TEXT,
      path_type: { type: 'string', const: 'object' },
      size_bytes: { ...BYTES, nullable: true },
    },
  }),
);

/** A page of such items. */
export function page<Item>(item: JSONSchemaType<Item>): JSONSchemaType<Page<Item>> {
  return {
    type: 'object',
    required: ['pagination', 'results'],
    properties: {
      pagination: {
        type: 'object',
        required: ['has_more', 'next_offset', 'results'],
        properties: {
          has_more: { type: 'boolean' },
          next_offset: { type: 'string' },
          results: { type: 'integer', minimum: 0 },
        },
      },
      results: { type: 'array', items: item },
    },
  } as unknown as JSONSchemaType<Page<Item>>;
}

/** What has the schema's shape is believed. */
export function shape<Answer>(schema: JSONSchemaType<Answer>): ShapeCheck<Answer> {
  const validate = ajv.compile<Answer>(schema);
  return (answer) => {
    if (validate(answer)) return { value: answer };
    const [error] = validate.errors ?? [];
    return { fault: `${error?.instancePath || 'the answer'} ${error?.message ?? 'has the wrong shape'}` };
  };
}
