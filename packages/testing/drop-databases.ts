import { afterAll, type RunnerTask } from 'vitest';
import { createdDatabases } from './database/created.ts';

// Those of a whole run would take 3 GB. What a file that failed has made stays, to be looked at.
// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
afterAll(async ({}, file) => {
  if (createdDatabases.length === 0 || file.tasks.some(hasFailed)) return;
  const { dropDatabases } = await import('./database/postgres.ts');
  await dropDatabases(createdDatabases);
});

function hasFailed(task: RunnerTask): boolean {
  return task.result?.state === 'fail' || ('tasks' in task && task.tasks.some(hasFailed));
}
