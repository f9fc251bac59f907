import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';

/** Runs the files that have properties with a seed of this run's own, and says how to run them with it again. */
const seed = process.env['FUZZ_SEED'] ?? String(randomInt(2 ** 31));
const files: string[] = [];
for await (const file of glob('{apps,packages}/**/*.test.ts', { exclude: ['**/node_modules'] }))
  if ((await readFile(file, 'utf8')).includes("from 'fast-check'")) files.push(file);

const vitest = spawn('vitest', ['run', ...files], {
  env: { ...process.env, FUZZ_SEED: seed },
  stdio: 'inherit',
});
const [code] = await once(vitest, 'exit');
process.stdout.write(`To run the same again: FUZZ_SEED=${seed} npx -y pnpm@12 test:fuzz\n`);
process.exitCode = code ?? 1;
