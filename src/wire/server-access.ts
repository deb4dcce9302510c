import { readFileSync } from 'node:fs';
import type { ConsoleAccess } from '../adapters/sluice-server/ask-console.ts';
import { parseServerUrl } from '../config/network.ts';
import { loadConsoleTokens } from '../config.ts';
import { SluiceError } from '../core/problem.ts';

/** The console that `--server` names, with the token of this machine. Throws `server-url-invalid`, `server-token-missing`. */
export function serverAccess(
  server: string,
  file: string | null,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): ConsoleAccess {
  const url = parseServerUrl(server);
  if (url === undefined) throw serverUrlInvalid(server);
  const [token] = loadConsoleTokens({ env, cwd, ...(file === null ? {} : { file }) });
  if (token === undefined) throw tokenMissing();
  return { url, token: token.reveal() };
}

/** The published JSON Schema of reports. */
export function reportSchema(): object {
  const path = new URL('../../schemas/report.schema.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

function serverUrlInvalid(server: string): SluiceError {
  return new SluiceError({
    code: 'server-url-invalid',
    message: `--server cannot be \`${server.replace(/\/\/[^@/]*@/, '//***@')}\`.`,
    hint: 'Write it as https://sluice.example.org, without user, password or query.',
  });
}

function tokenMissing(): SluiceError {
  return new SluiceError({
    code: 'server-token-missing',
    message: '--server needs a token of that server, and none is set.',
    hint: 'Set SLUICE_CONSOLE_TOKEN to one of its console tokens.',
  });
}
