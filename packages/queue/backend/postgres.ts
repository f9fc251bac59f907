import { frozenAfterMs, sessionLimits } from '@learning-loop/db/client/session-limits';
import { parsePostgresUrl } from '@learning-loop/service/config/postgres-url';
import { createPostgresBackend, type Processor, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import type { JobWorker, OnError, Queues, WorkerOptions } from './backend.ts';
import { byName, queueOptions, workerOptions } from './bullmq-options.ts';

const SCHEMA = 'queue';
const timeouts = { connectionTimeoutMillis: 3_000 };

export async function openPostgresQueues(
  databaseUrl: string,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  await migrateQueues(databaseUrl);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      { ...queueOptions(name), connection: connectionOptions(databaseUrl, 2) },
      createPostgresBackend,
    );
    queue.on('error', onError);
    return queue;
  });
  return {
    get: byName(open),
    memory: () => Promise.resolve({ share: 0, policy: 'noeviction' }),
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
  const connection = connectionOptions(databaseUrl, 3);
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

function connectionOptions(databaseUrl: string, max: number) {
  // The outbox is the source of truth, so the queues' own commits need not wait for the disk.
  const { connection } = parsePostgresUrl(databaseUrl);
  const limits = sessionLimits().map((setting) => `-c ${setting}`);
  const options = [...limits, connection.options, '-c synchronous_commit=off'].filter(Boolean).join(' ');
  return { ...timeouts, keepAlive: true, ...connection, schema: SCHEMA, options, max };
}

/** Safe to run in many processes at once: BullMQ takes an advisory lock. */
async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ ...timeouts, ...parsePostgresUrl(databaseUrl).connection });
  // Without a listener a broken connection would end the process; the query rejects as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The lock of a process that freezes passes to the next one.
    await client.query(`set idle_in_transaction_session_timeout = ${frozenAfterMs}`);
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
