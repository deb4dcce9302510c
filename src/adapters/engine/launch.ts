import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How engine processes are started on this machine. */
export interface Launcher {
  /** Commands that exec their arguments, outermost first; empty when this machine has none. */
  readonly wrapper: readonly string[];
  /** What could not be had, for the operator. */
  readonly notice: string | null;
}

/**
 * Finds out, by trying, what this machine can put around an engine process.
 *
 * `prlimit --data` turns allocations that DuckDB does not count (a scalar function's strings and lists) into an ordinary
 * error instead of the kernel's OOM killer. `setpriv` takes from a root process the right to write files whose mode
 * forbids it, so that fetched objects (mode 0444) stay what they were even against `COPY ... TO`.
 *
 * @param dataBytes limit of the process's own memory (RLIMIT_DATA)
 */
export function findLauncher(dataBytes: number): Launcher {
  const limits = ['prlimit', `--data=${dataBytes}`, '--core=0', '--'];
  const asRoot = process.getuid?.() === 0;
  const drop = asRoot ? ['--bounding-set=-all,+dac_read_search', '--inh-caps=-all'] : [];
  const privileges = ['setpriv', '--no-new-privs', ...drop, '--'];
  if (works([...limits, ...privileges])) return { wrapper: [...limits, ...privileges], notice: null };
  if (works(limits)) {
    const notice = asRoot ? 'setpriv is missing: engine processes keep the rights of root' : null;
    return { wrapper: limits, notice };
  }
  return { wrapper: [], notice: 'prlimit is missing: memory outside DuckDB buffers is not limited' };
}

/**
 * Starts an engine process: no shell, no environment but PATH, no terminal, the file system's root as directory so
 * that no relative path leads anywhere near the project.
 */
export function launch(launcher: Launcher): ChildProcess {
  const argv = [...launcher.wrapper, process.execPath, '--max-old-space-size=512', ...entry()];
  const [command = process.execPath, ...rest] = argv;
  return spawn(command, rest, {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
}

/** Built code runs as it is; sources under `tsx` need the same loader in the child, tests have built it before. */
function entry(): readonly string[] {
  const fromSource = import.meta.url.endsWith('.ts');
  const child = fileURLToPath(new URL(fromSource ? './child.ts' : './child.js', import.meta.url));
  if (!fromSource) return [child];
  const built = process.env['SLUICE_TEST_ENGINE_CHILD'];
  return built === undefined ? ['--import', import.meta.resolve('tsx/esm'), child] : [built];
}

function works(wrapper: readonly string[]): boolean {
  const [command = '', ...rest] = wrapper;
  return spawnSync(command, [...rest, 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
}
