import { defineConfig, mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** Long procedures with programs that not every machine has: each says by name what it did not run. */
export default mergeConfig(
  { ...config, test: { ...config.test, include: [] } },
  defineConfig({ test: { include: ['{e2e,infra}/**/*.drill.ts'], fileParallelism: false } }),
);
