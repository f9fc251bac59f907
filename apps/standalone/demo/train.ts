import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { heading, print } from './output.ts';

const show = path.join(import.meta.dirname, '../../../bench/trainer/run-simulation.ts');

/**
 * Plays the big loop on a simulated population and tells what happens: it is the seeded show of the benchmarks, in a
 * process of its own. True when a better ranker was promoted and a worse one rolled back.
 */
export async function trainOnShow(): Promise<boolean> {
  print('Playing the big loop: picks, a dataset, a fitted ranker, its experiment, and a bad ranker’s.');
  print('A simulated population of 600, all seeded; some 30,000 picks take a minute or two.\n');
  const [code] = await once(
    spawn(process.execPath, [show], { stdio: ['ignore', 'inherit', 'inherit'] }),
    'exit',
  );
  heading(
    code === 0
      ? 'The better ranker serves, the worse one is gone. docs/training.md explains each step.'
      : 'The loop did not do what it should; the lines above say where.',
  );
  return code === 0;
}
