import { createPostgresBackend, type Processor, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import type { JobWorker, OnError, Queues, WorkerOptions } from './backend.ts';
import { byName, queueOptions, workerOptions } from './bullmq-options.ts';

const SCHEMA = 'queue';

export async function openPostgresQueues(
  databaseUrl: string,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  await migrateQueues(databaseUrl);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      { ...queueOptions(name), connection: postgres(databaseUrl, 2) },
      createPostgresBackend,
    );
    queue.on('error', onError);
    return queue;
  });
  return {
    get: byName(open),
    memoryUse: () => Promise.resolve(0),
    async close() {
      await Promise.allSettled(open.map((queue) => queue.close()));
    },
  };
}

export async function openPostgresWorker(
  databaseUrl: string,
  { name, concurrency, onError }: WorkerOptions,
  process: Processor,
): Promise<JobWorker> {
  await migrateQueues(databaseUrl);
  const connection = postgres(databaseUrl, 3);
  const worker = new Worker(
    name,
    process,
    { ...workerOptions(name), concurrency, connection },
    createPostgresBackend,
  );
  worker.on('error', onError);
  await worker.waitUntilReady().catch(async (error: unknown) => {
    await worker.close();
    throw error;
  });
  void worker.run().catch(onError);
  return {
    disconnected: () => Promise.withResolvers<void>().promise,
    close: () => worker.close(),
    disconnect: () => void worker.disconnect().catch(onError),
  };
}

/** The outbox is the truth, so the queues' own commits need not wait for the disk. */
function postgres(databaseUrl: string, max: number) {
  const options = '-c synchronous_commit=off';
  return {
    connectionString: databaseUrl,
    schema: SCHEMA,
    options,
    max,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
  };
}

/** Creates or upgrades the queues' schema. Safe from many processes at once: it holds an advisory lock. */
async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 });
  // Without a listener a connection that breaks would end the process; the query rejects as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
