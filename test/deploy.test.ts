/** The files that others run Sluice with, held against the program's own settings. No Docker or cluster is needed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseByteSize } from '../src/config/byte-size.ts';
import { isOtherVariable, SETTINGS } from '../src/config/settings.ts';
import { loadConfig } from '../src/config.ts';

const url = (path: string): URL => new URL(`../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(url(path), 'utf8');

/** YAML of which this test reads a few keys. */
interface Tree {
  readonly [key: string]: Tree;
}

/** The value at `a.b.0`; undefined where there is none. */
function at(tree: unknown, path: string): unknown {
  return path.split('.').reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], tree);
}

const DOCKERFILE = read('Dockerfile');
const COMPOSE: Tree = parse(read('docker-compose.yml'), { merge: true });
const MANIFESTS = readdirSync(url('deploy/kubernetes'))
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document): Tree => document.toJS()));
const UNIT = read('deploy/sluice.service');
const UNIT_ENVIRONMENT = read('deploy/sluice.env.example');
const SECRET: Tree = parse(read('deploy/kubernetes/secret.yaml.example'));

const manifest = (kind: string, name = 'sluice') =>
  MANIFESTS.find((one) => at(one, 'kind') === kind && at(one, 'metadata.name') === name);
const POD = at(manifest('Deployment'), 'spec.template.spec');
const CONTAINER = at(POD, 'containers.0');
const IMAGE_ENVIRONMENT = variablesIn(DOCKERFILE);

/** `SLUICE_NAME=value` in a text. */
function variablesIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(?<=^|\s)(SLUICE_[A-Z_]+)=(\S*)/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

const ENVIRONMENTS: Readonly<Record<string, Record<string, string>>> = {
  Dockerfile: IMAGE_ENVIRONMENT,
  'docker-compose.yml': at(COMPOSE, 'services.sluice.environment') as Record<string, string>,
  'deploy/sluice.env.example': variablesIn(UNIT_ENVIRONMENT),
  'deploy/sluice.service': variablesIn(UNIT),
  'deploy/kubernetes': {
    ...(at(manifest('ConfigMap'), 'data') as Record<string, string>),
    ...(at(SECRET, 'stringData') as Record<string, string>),
  },
};

/** What a server gets in each place, the image's own settings below those of whoever runs it. */
const SERVERS: Readonly<Record<string, Record<string, string>>> = {
  'docker-compose.yml': { ...IMAGE_ENVIRONMENT, ...ENVIRONMENTS['docker-compose.yml'] },
  'deploy/kubernetes': { ...IMAGE_ENVIRONMENT, ...ENVIRONMENTS['deploy/kubernetes'] },
  'deploy/sluice.service': {
    ...ENVIRONMENTS['deploy/sluice.service'],
    ...ENVIRONMENTS['deploy/sluice.env.example'],
    SLUICE_LAKEFS_ACCESS_KEY_ID: 'filled-in',
    SLUICE_LAKEFS_SECRET_ACCESS_KEY: 'filled-in',
    SLUICE_HOOK_TOKEN: 'filled-in-at-last',
  },
};

const configOf = (env: Record<string, string>) => {
  const loaded = loadConfig({ env, cwd: '/nowhere' });
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.config;
};

describe('every place that runs Sluice', () => {
  it.each(Object.keys(ENVIRONMENTS))('%s sets only what is a setting', (place) => {
    const names = Object.keys(ENVIRONMENTS[place] ?? {});
    expect(names.length).toBeGreaterThan(0);
    const known = SETTINGS.map(({ env }) => env);
    expect(names.filter((name) => !known.includes(name) && !isOtherVariable(name))).toEqual([]);
  });

  it.each(Object.keys(SERVERS))('%s gives a server everything that it needs', (place) => {
    const config = configOf(SERVERS[place] ?? {});
    expect(config.stateDir).toBe('/var/lib/sluice');
    expect(config.hook.listen.port).toBe(8750);
    expect(config.console.listen.port).toBe(8751);
  });

  it.each([
    ['docker-compose.yml', at(COMPOSE, 'services.sluice.mem_limit')],
    ['deploy/kubernetes', at(CONTAINER, 'resources.limits.memory')],
    ['deploy/sluice.service', /^MemoryMax=(.*)$/m.exec(UNIT)?.[1]],
  ])('%s leaves 2 GiB beside the memory of the engines', (place, ceiling) => {
    const { limits, maxConcurrentRuns } = configOf(SERVERS[place] ?? {});
    const unit = String(ceiling).replace(/(?<=\d)([gG])i?$/, 'GiB');
    expect(parseByteSize(unit) ?? 0).toBeGreaterThanOrEqual(limits.memoryBytes * maxConcurrentRuns + 2 * 2 ** 30);
  });

  it.each([
    ['docker-compose.yml', Number.parseInt(String(at(COMPOSE, 'services.sluice.stop_grace_period')), 10)],
    ['deploy/kubernetes', at(POD, 'terminationGracePeriodSeconds')],
    ['deploy/sluice.service', Number(/^TimeoutStopSec=(\d+)$/m.exec(UNIT)?.[1])],
  ])('%s waits for running merges before it kills', (place, seconds) => {
    expect(seconds).toBeGreaterThan(configOf(SERVERS[place] ?? {}).shutdownGraceMs / 1000 + 5);
  });
});

describe('Dockerfile', () => {
  const stages = [...DOCKERFILE.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from = '', name = '']) => ({
    from,
    name,
  }));

  it('starts from one exact Node 24, and makes the server by default', () => {
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ from }) => from).filter((from) => !names.includes(from));
    expect([...new Set(images)]).toEqual([expect.stringMatching(/^node:24\.\d+\.\d+-[a-z]+-slim$/)]);
    expect(names.at(-1)).toBe('sluice');
    expect(DOCKERFILE.match(/^FROM /gm)).toHaveLength(stages.length);
  });

  it('ships no development dependencies, and runs as a number that is not root', () => {
    expect(DOCKERFILE).toContain('COPY --from=dependencies /build/node_modules node_modules');
    expect(DOCKERFILE).toMatch(/^RUN npm ci --omit=dev/m);
    expect(DOCKERFILE).toMatch(/^USER [1-9]\d{3,}:[1-9]\d{3,}$/m);
  });

  it('has an init, what limits the engine, and a health check on the console port', () => {
    expect(DOCKERFILE).toContain('ENTRYPOINT ["tini", "--", "sluice"]');
    expect(DOCKERFILE).toMatch(/apt-get install .*\btini\b.*\butil-linux\b/);
    expect(DOCKERFILE).toMatch(/^HEALTHCHECK .*\n\s+CMD \["node", .*http:\/\/127\.0\.0\.1:8751\/healthz/m);
  });

  it('copies only what exists, and .dockerignore lets just that pass', () => {
    const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect(copied.filter((path) => !existsSync(url(path)))).toEqual([]);
    const passing = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect(passing.toSorted()).toEqual([...new Set(copied)].toSorted());
  });

  it('ships what the package ships', () => {
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    for (const path of files) expect(DOCKERFILE).toMatch(new RegExp(`^COPY .*\\b${path}\\b`, 'm'));
  });
});

describe('docker-compose.yml', () => {
  const service = (name: string, path: string) => at(COMPOSE, `services.${name}.${path}`);

  it('runs a pinned lakeFS that sends the token which Sluice takes', () => {
    expect(service('lakefs', 'image')).toMatch(/^treeverse\/lakefs:\d+\.\d+\.\d+$/);
    expect(service('lakefs', 'environment.LAKEFSACTION_SLUICE_TOKEN')).toBe(
      service('sluice', 'environment.SLUICE_HOOK_TOKEN'),
    );
  });

  it.each(['sluice', 'setup'])('%s uses the keys that lakeFS was installed with', (name) => {
    const { environment } = at(COMPOSE, 'services.lakefs') as { readonly environment: Record<string, string> };
    expect(service(name, 'environment')).toMatchObject({
      SLUICE_LAKEFS_URL: 'http://lakefs:8000',
      SLUICE_LAKEFS_ACCESS_KEY_ID: environment['LAKEFS_INSTALLATION_ACCESS_KEY_ID'],
      SLUICE_LAKEFS_SECRET_ACCESS_KEY: environment['LAKEFS_INSTALLATION_SECRET_ACCESS_KEY'],
    });
    expect(environment).toMatchObject({
      LAKECTL_CREDENTIALS_ACCESS_KEY_ID: environment['LAKEFS_INSTALLATION_ACCESS_KEY_ID'],
      LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY: environment['LAKEFS_INSTALLATION_SECRET_ACCESS_KEY'],
    });
  });

  it.each(['sluice', 'setup'])('%s is locked down and waits for what it needs', (name) => {
    expect(at(COMPOSE, `services.${name}`)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      depends_on: { lakefs: { condition: 'service_healthy' } },
    });
    expect(DOCKERFILE).toContain(` AS ${service(name, 'build.target')}\n`);
  });

  it('publishes nothing beyond this machine, and the hook port not at all', () => {
    const ports = ['lakefs', 'sluice', 'setup'].flatMap((name) => (service(name, 'ports') ?? []) as readonly string[]);
    expect(ports).toEqual(['127.0.0.1:8000:8000', '127.0.0.1:8751:8751']);
  });
});

describe('deploy/kubernetes', () => {
  it('runs one locked-down server at a time, from a pinned image', () => {
    expect(at(manifest('Deployment'), 'spec')).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(POD).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(CONTAINER).toMatchObject({
      image: expect.stringMatching(/:\d+\.\d+\.\d+$/),
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    const user = /^USER (\d+):(\d+)$/m.exec(DOCKERFILE);
    expect(at(POD, 'securityContext.runAsUser')).toBe(Number(user?.[1]));
    expect(at(POD, 'securityContext.fsGroup')).toBe(Number(user?.[2]));
  });

  it('writes where the image writes', () => {
    const mounts = at(CONTAINER, 'volumeMounts') as readonly { readonly mountPath: string }[];
    expect(mounts.map(({ mountPath }) => mountPath)).toEqual(['/var/lib/sluice', '/tmp']);
  });

  it('asks the console port whether it lives and whether it is ready', () => {
    const probe = (path: string) => ({ httpGet: { path, port: 'console' } });
    expect(CONTAINER).toMatchObject({
      startupProbe: probe('/healthz'),
      livenessProbe: probe('/healthz'),
      readinessProbe: probe('/readyz'),
    });
  });

  it('keeps hook and console apart, and lets lakeFS alone reach the hook', () => {
    expect(at(manifest('Service', 'sluice-hook'), 'spec.ports')).toMatchObject([{ port: 8750 }]);
    expect(at(manifest('Service', 'sluice-console'), 'spec.ports')).toMatchObject([{ port: 8751 }]);
    const [hook, console] = at(manifest('NetworkPolicy'), 'spec.ingress') as readonly Tree[];
    expect(hook).toMatchObject({
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'lakefs' } } }],
      ports: [{ port: 8750 }],
    });
    expect(console).toMatchObject({ ports: [{ port: 8751 }] });
    expect(at(manifest('NetworkPolicy'), 'spec.ingress')).toHaveLength(2);
  });

  it('holds no secret that `kubectl apply -f` would use', () => {
    expect(manifest('Secret', 'sluice-example')).toBeUndefined();
  });
});

describe('deploy/sluice.service', () => {
  it.each([
    'User=sluice',
    'StateDirectory=sluice',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
    'SystemCallFilter=@system-service',
    'KillMode=mixed',
    'Restart=always',
  ])('says %s', (line) => {
    expect(UNIT.split('\n')).toContain(line);
  });

  it('lets V8 compile', () => {
    expect(UNIT).not.toMatch(/^MemoryDenyWriteExecute/m);
  });
});
