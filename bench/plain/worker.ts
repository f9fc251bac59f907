import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** A worker that does nothing but take jobs: the bare queue that learning is measured against. */
const [name = ''] = process.argv.slice(2);
const connection = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null });
new Worker(name, async () => {}, {
  connection,
  concurrency: 500,
  removeOnComplete: { count: 0 },
});
process.on('SIGTERM', () => process.exit(0));
