/** Runs before every test file: what a file has opened or changed ends with it, though its worker goes on. */
import { afterAll, vi } from 'vitest';
import { endFile } from './lifetimes.ts';

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await endFile();
});
