import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { print, printHeading } from './output.ts';

const script = path.join(import.meta.dirname, '../../../bench/trainer/run-simulation.ts');

/**
 * Runs the benchmarks' seeded simulation in a child process. True if it promoted a better ranker and rolled back a
 * worse one.
 */
export async function runTrainingDemo(): Promise<boolean> {
  print('Playing the big loop: picks, a dataset, a fitted ranker, its experiment, and a bad ranker’s.');
  print('A simulated population of 600, all seeded; some 30,000 picks take a minute or two.\n');
  const [code] = await once(
    spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] }),
    'exit',
  );
  printHeading(
    code === 0
      ? 'The better ranker serves, the worse one is gone. docs/training.md explains each step.'
      : 'The loop did not do what it should; the lines above say where.',
  );
  return code === 0;
}
