import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDataset } from '../dataset/build.ts';
import { buildRequest } from './test-log.ts';

// Builds in a child process, for tests that limit its disk. Prints the outcome and the remaining files.
const [, , dir = ''] = process.argv;
const outcome = await buildDataset(buildRequest(dir)).then(
  ({ manifest }) => manifest.version,
  (error: unknown) => String(error),
);
const left = await readdir(join(dir, 'datasets'));
process.stdout.write(JSON.stringify({ outcome, left }));
