import { defineConfig } from 'vitest/config';

/** The tests of one group of mutants; the set-up is that of `pnpm test`. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env['MUTANT_TESTS'] ?? '[]'),
    exclude: ['**/node_modules/**'],
    globalSetup: process.env['MUTANT_SERVERS'] === 'true' ? ['packages/testing/global-setup.ts'] : [],
    setupFiles: ['packages/testing/fixed-seeds.ts', 'packages/testing/drop-databases.ts'],
    testTimeout: 300_000,
    // Each mutant has a worker of its own anyway; pure rules need no further one for each file of tests.
    isolate: process.env['MUTANT_SERVERS'] === 'true',
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
