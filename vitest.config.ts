import { defineConfig } from 'vitest/config';
import { closingLine } from './packages/testing/closing-line.ts';
import { LongestFirst } from './packages/testing/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{apps,packages,bench,infra}/**/*.test.ts'],
    globalSetup: 'packages/testing/global-setup.ts',
    pool: 'forks',
    // Many tests wait for servers of their own, and for time to pass: half as many again as there are cores keep them busy.
    maxWorkers: '150%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', closingLine],
  },
});
