import { defineConfig } from 'vitest/config';

/** Files that look at their whole process, its children and its open files, or that hold short times. */
const ALONE = [
  'test/adapters/engine/deadline.test.ts',
  'test/adapters/engine/process.test.ts',
  'test/adapters/text/make-plain.test.ts',
  'test/server/fixed-cost.test.ts',
  'test/wire/demo.test.ts',
];

const everywhere = {
  pool: 'forks' as const,
  setupFiles: ['test/support/each-file.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000, interval: 20 } },
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/whole-run.ts'],
    projects: [
      {
        // The files of a worker share modules, and with them what support modules keep open: see test/support/lifetimes.ts.
        test: {
          ...everywhere,
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
          maxWorkers: 2,
        },
      },
      { test: { ...everywhere, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { 'src/core/**': { lines: 95 } },
    },
  },
});
