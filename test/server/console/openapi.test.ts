/** The OpenAPI document held against the routes, and every answer against the document. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckMerges } from '../../../src/gate/recorded-checks.ts';
import { APPROVED, KEY, running } from '../../adapters/store/decisions.ts';
import { APPROVED as REPORT } from '../../core/report/reports.ts';
import { serveConsole, type TestConsole } from './serve-console.ts';

type Part = Readonly<Record<string, unknown>>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly Part[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Part }[];
  readonly requestBody?: Part;
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Part>> }>
  >;
}
type PathItem = Readonly<Record<string, unknown>> & { readonly parameters?: Operation['parameters'] };
interface Document extends Part {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Part>> };
}

let console: TestConsole;
let document: Document;

beforeAll(async () => {
  const check: CheckMerges['check'] = async () => ({ ...running('c1'), ...APPROVED, report: JSON.stringify(REPORT) });
  const probes = [{ name: 'lakefs', timeoutMs: 50, freshMs: 50, run: async () => 'fine' }];
  console = await serveConsole({ checks: { check }, probes });
  console.store.begin(running('d1'));
  console.store.finish('d1', { ...APPROVED, key: KEY, report: JSON.stringify(REPORT) });
  console.store.land('d1', { commit: 'f'.repeat(64), at: '2026-11-21T04:36:39.000Z', same: true });
  console.store.begin(running('d2'));
  document = (await (await fetch(`${console.url}/openapi.json`)).json()) as Document;
});

afterAll(() => console.close());

function operations(): readonly { readonly path: string; readonly method: string; readonly operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation === undefined ? [] : [{ path, method, operation }];
    }),
  );
}

/** Compiles a schema of the document, with what it refers to. */
function validator(schema: Part) {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  ajv.addKeyword('components');
  return ajv.compile({ ...(JSON.parse(JSON.stringify(schema)) as object), components: document.components });
}

describe('the OpenAPI document', () => {
  it('has the parts that OpenAPI 3.1 asks for', () => {
    expect(document['openapi']).toMatch(/^3\.1\.\d$/);
    expect(document['info']).toMatchObject({ title: 'Sluice', version: '0.1.0' });
    expect(document['servers']).toEqual([{ url: '/' }]);
    const all = operations();
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
    for (const { path, operation } of all) {
      expect(operation.summary, path).toMatch(/\.$|\?.*$/);
      expect(Object.keys(operation.responses).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
      for (const response of Object.values(operation.responses)) expect(response.description, path).not.toBe('');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared =
        document.paths[path]?.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? [];
      expect(declared, path).toEqual(inPath);
    }
  });

  it('leads every reference to a schema that is there and compiles', () => {
    const targets = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(20);
    for (const target of new Set(targets)) {
      expect(document.components.schemas[target?.replace('#/components/schemas/', '') ?? ''], target).toBeDefined();
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(() => validator(schema), name).not.toThrow();
    }
  });

  it('has every route, and no other', () => {
    const routes = console.areas.flatMap((area) => area.routes.map(({ method, path }) => `${method} ${path}`));
    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    ).toEqual(routes.toSorted());
  });

  it('names the query parameters that each route takes', () => {
    for (const { method, path, operation } of operations()) {
      const route = console.areas
        .flatMap((area) => area.routes)
        .find((one) => one.method === method && one.path === path);
      expect(operation.parameters?.map(({ name }) => name).toSorted() ?? [], path).toEqual(
        (route?.query ?? []).toSorted(),
      );
    }
  });

  it('has the same paths as docs/api.md', () => {
    const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `(GET|POST) (\S+)` \| (yes|no) \|/gm)].map(([, method, path, token]) => [
      method,
      path,
      token,
    ]);
    const all = operations().map(({ method, path, operation }) => [
      method.toUpperCase(),
      path,
      operation.security === undefined ? 'yes' : 'no',
    ]);
    expect(rows.toSorted()).toEqual(all.toSorted());
  });

  it('says of every route whether it asks for a token', async () => {
    for (const { path, method, operation } of operations()) {
      const response = await fetch(`${console.url}${path.replace('{id}', 'd1')}`, { method });
      expect([path, response.status === 401], path).toEqual([path, operation.security === undefined]);
    }
  });
});

describe('answers', () => {
  const good: readonly (readonly [path: string, url: string, status: number])[] = [
    ['/readyz', '/readyz', 200],
    ['/openapi.json', '/openapi.json', 200],
    ['/api/v1/version', '/api/v1/version', 200],
    ['/api/v1/decisions', '/api/v1/decisions', 200],
    ['/api/v1/decisions', '/api/v1/decisions?limit=1', 200],
    ['/api/v1/decisions', '/api/v1/decisions?limit=x', 400],
    ['/api/v1/decisions/{id}', '/api/v1/decisions/d1', 200],
    ['/api/v1/decisions/{id}', '/api/v1/decisions/d2', 200],
    ['/api/v1/decisions/{id}', '/api/v1/decisions/none', 404],
    ['/api/v1/decisions/{id}/report', '/api/v1/decisions/d1/report', 200],
    ['/api/v1/decisions/{id}/report', '/api/v1/decisions/d2/report', 404],
    ['/api/v1/decisions/{id}/report', '/api/v1/decisions/d1/report?format=doc', 400],
  ];

  it.each(good)('of %s (%s, %i) are as described', async (path, url, status) => {
    const response = await console.get(url);
    expect(response.status).toBe(status);
    await expectDescribed(path, 'get', response);
  });

  it('of checks are as described', async () => {
    await expectDescribed(
      '/api/v1/checks',
      'post',
      await console.ask({ repository: 'l', source: 's', destination: 'd' }),
    );
    await expectDescribed('/api/v1/checks', 'post', await console.ask({}));
    await expectDescribed('/api/v1/checks', 'post', await console.ask('{', {}));
  });

  it('of the other formats have types that are described', async () => {
    const types = Object.keys(document.paths['/api/v1/decisions/{id}/report']?.['get'] as object);
    expect(types).toContain('responses');
    for (const format of ['text', 'markdown', 'html', 'junit', 'sarif', 'github']) {
      const response = await console.get(`/api/v1/decisions/d1/report?format=${format}`);
      const operation = document.paths['/api/v1/decisions/{id}/report']?.['get'] as Operation;
      expect(Object.keys(operation.responses['200']?.content ?? {})).toContain(typeOf(response));
    }
  });
});

const typeOf = (response: Response) => response.headers.get('content-type')?.split(';')[0] ?? '';

async function expectDescribed(path: string, method: 'get' | 'post', response: Response): Promise<void> {
  const operation = document.paths[path]?.[method] as Operation;
  const described = operation.responses[String(response.status)]?.content?.[typeOf(response)];
  expect(described, `${method} ${path} ${response.status}`).toBeDefined();
  const validate = validator((described?.['schema'] ?? false) as Part);
  expect([validate(await response.json()), validate.errors]).toEqual([true, null]);
}
