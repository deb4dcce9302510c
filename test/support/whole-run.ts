/** What all the tests of one `vitest` share, made before the first and gone after the last. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { TestProject } from 'vitest/node';

const ROOT = resolve(import.meta.dirname, '../..');

/** Programs that tests start as processes of their own. */
const PROGRAMS = [
  'src/main.ts',
  'src/adapters/engine/child.ts',
  'test/adapters/engine/busy-parent.ts',
  'test/adapters/store/writer.ts',
  'test/cli/slow-check.ts',
  'test/server/child-server.ts',
];

const NAME = 'sluice-tests-of-';
const ENGINE = 'src/adapters/engine/child.js';
const STARTED_OFTEN = [ENGINE, 'test/server/child-server.js'];

/** One directory for everything temporary, so that nothing stays behind, whoever was killed. */
export function setup(project: TestProject): () => void {
  sweep();
  const temporary = mkdtempSync(join(tmpdir(), `${NAME}${process.pid}-`));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  build(join(temporary, 'built'));
  project.onTestsRerun(() => build(join(temporary, 'built')));
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  };
}

/** Removes what runs have left that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(NAME) ? Number.parseInt(name.slice(NAME.length), 10) : Number.NaN;
    if (!Number.isNaN(owner) && !isAlive(owner)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Compiles the programs with all they import: under `tsx` they would start half as fast. */
function build(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const name of ['package.json', 'node_modules', 'schemas', 'contracts']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  const compilerOptions = {
    noEmit: false,
    noCheck: true,
    sourceMap: false,
    allowImportingTsExtensions: false,
    rootDir: ROOT,
    outDir: folder,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const files = PROGRAMS.map((program) => join(ROOT, program));
  const config = { extends: join(ROOT, 'tsconfig.test.json'), compilerOptions, include: [], files };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'inherit' });
  for (const program of STARTED_OFTEN) bundle(join(folder, program));
  process.env['SLUICE_TEST_BUILT'] = folder;
  process.env['SLUICE_TEST_ENGINE_CHILD'] = join(folder, ENGINE);
}

/** Makes a program one file, as the build does with the engine's: the tests start more than a thousand. */
function bundle(program: string): void {
  buildSync({
    entryPoints: [program],
    outfile: program,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@duckdb/node-bindings', 'libsql'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}
