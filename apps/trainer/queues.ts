import { consumers } from '@learning-loop/events/routes';
import { readHolds, release } from '@learning-loop/queue/backend/holds';
import { openQueues } from '@learning-loop/queue/backend/open';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { infraEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';

const usage = 'Usage: queues list | queues resume\n';

/** `list` prints what holds back the queues from outside, `resume` undoes it. */
async function run([command, ...more]: string[]): Promise<number> {
  if ((command !== 'list' && command !== 'resume') || more.length > 0) {
    process.stderr.write(usage);
    return 1;
  }
  prepareEnvironment();
  const env = readEnv(Type.Object(infraEnv), process.env);
  const queues = await openQueues(
    { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL },
    consumers,
    () => undefined,
  );
  for (const consumer of consumers) {
    const queue = queues.get(consumer);
    const holds = await readHolds(queue);
    if (command === 'resume') await release(queue);
    const state = holds.length === 0 ? 'runs' : `was held back: ${holds.join(', ')}`;
    process.stdout.write(`${consumer} ${command === 'list' ? state.replace('was', 'is') : state}\n`);
  }
  await queues.close();
  return 0;
}

process.exitCode = await run(process.argv.slice(2));
