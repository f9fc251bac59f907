import { defineConfig } from 'vitest/config';
import { closingLine } from './packages/testing/closing-line.ts';
import { LongestFirst } from './packages/testing/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{.ci,apps,packages,bench,e2e,infra}/**/*.test.ts'],
    globalSetup: 'packages/testing/global-setup.ts',
    setupFiles: ['packages/testing/fixed-seeds.ts', 'packages/testing/drop-databases.ts'],
    pool: 'forks',
    // Many tests start servers of their own, which need a core as well: three workers on two cores took 6 % longer.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', closingLine],
  },
});
