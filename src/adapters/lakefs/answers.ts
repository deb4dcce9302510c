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
  readonly metadata?: Readonly<Record<string, string>> | null;
}

export interface BranchAnswer {
  readonly id: string;
  readonly commit_id: string;
}

export interface RepositoryAnswer {
  readonly id: string;
  readonly storage_namespace: string;
}

export interface ObjectAnswer {
  readonly path: string;
  readonly path_type: 'object';
  readonly physical_address: string;
  readonly checksum: string;
  readonly size_bytes: number;
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

export const commitAnswer = shape<CommitAnswer>({
  type: 'object',
  required: ['id', 'parents', 'meta_range_id', 'creation_date', 'committer'],
  properties: {
    id: { type: 'string', pattern: SHA256 },
    parents: { type: 'array', items: { type: 'string', pattern: SHA256 } },
    meta_range_id: { type: 'string' },
    creation_date: { type: 'integer', minimum: 0 },
    committer: { type: 'string' },
    metadata: { type: 'object', additionalProperties: { type: 'string' }, required: [], nullable: true },
  },
});

export const branchAnswer = shape<BranchAnswer>({
  type: 'object',
  required: ['id', 'commit_id'],
  properties: { id: TEXT, commit_id: { type: 'string', pattern: SHA256 } },
});

export const repositoryAnswer = shape<RepositoryAnswer>({
  type: 'object',
  required: ['id', 'storage_namespace'],
  properties: { id: TEXT, storage_namespace: TEXT },
});

export const objectPage = shape<Page<ObjectAnswer>>(
  page<ObjectAnswer>({
    type: 'object',
    required: ['path', 'path_type', 'physical_address', 'checksum', 'size_bytes'],
    properties: {
      path: TEXT,
      path_type: { type: 'string', const: 'object' },
      physical_address: TEXT,
      checksum: { type: 'string' },
      size_bytes: BYTES,
    },
  }),
);

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

function page<Item>(item: JSONSchemaType<Item>): JSONSchemaType<Page<Item>> {
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

function shape<Answer>(schema: JSONSchemaType<Answer>): ShapeCheck<Answer> {
  const validate = ajv.compile<Answer>(schema);
  return (answer) => {
    if (validate(answer)) return { value: answer };
    const [error] = validate.errors ?? [];
    return { fault: `${error?.instancePath || 'the answer'} ${error?.message ?? 'has the wrong shape'}` };
  };
}
