import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { closingLine } from './packages/testing/closing-line.ts';
import { LongestFirst } from './packages/testing/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{.ci,apps,packages,bench,e2e,infra}/**/*.test.ts'],
    globalSetup: 'packages/testing/global-setup.ts',
    setupFiles: ['packages/testing/fixed-seeds.ts', 'packages/testing/drop-databases.ts'],
    pool: 'forks',
    // Tests wait for servers half of their time: with a worker more than there are cores no core waits, too.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A second, the default, is short on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', closingLine],
  },
});
