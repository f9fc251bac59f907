import { defineConfig, mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What asserts a ratio of times: alone on a quiet machine, one file after the other. */
export default mergeConfig(
  { ...config, test: { ...config.test, include: [] } },
  defineConfig({ test: { include: ['e2e/**/*.timed.ts'], fileParallelism: false } }),
);
