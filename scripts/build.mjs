// Compiles src to dist, in a folder of its own first: what stands in dist is always one whole build.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

let compiler;
try {
  compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
} catch {
  // A production install has no compiler; the published package carries dist.
  if (existsSync(join(root, 'dist', 'main.js'))) process.exit(0);
  throw new Error('dist is missing and typescript is not installed: run `npm ci` with development dependencies.');
}
const fresh = join(root, `dist-${process.pid}`);
execFileSync(process.execPath, [compiler, '-p', root, '--outDir', fresh], { stdio: 'inherit' });
chmodSync(join(fresh, 'main.js'), 0o755);
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
