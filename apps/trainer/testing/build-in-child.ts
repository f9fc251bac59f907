import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDataset } from '../dataset/build.ts';
import { buildRequest } from './test-log.ts';

// A build in a process of its own, for tests that take its disk away. Says what became of it, and what is left.
const [, , dir = ''] = process.argv;
const outcome = await buildDataset(buildRequest(dir)).then(
  ({ manifest }) => manifest.version,
  (error: unknown) => String(error),
);
const left = await readdir(join(dir, 'datasets'));
process.stdout.write(JSON.stringify({ outcome, left }));
