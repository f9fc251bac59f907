import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Db } from '@learning-loop/db/connect';
import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import { readProcessUsage } from '../environment/process-usage.ts';

/** What has been used up to now; CPU in seconds. */
export interface Reading {
  atMs: number;
  /** By app. */
  cpu: Record<string, number>;
  redisCpu: number;
  redisCommands: number;
  redisBytes: number;
  /** By process. */
  postgresCpu: Map<number, number>;
  postgresCommits: number;
  postgresIo: number;
  walBytes: number;
  storedBytes: number;
  logBytes: number;
}

interface Sources {
  db: Db;
  redis: Redis;
  trainingDataDir: string;
  /** Process ids. */
  apps: Record<string, number>;
}

export async function takeReading({ db, redis, trainingDataDir, apps }: Sources): Promise<Reading> {
  const cpu: Record<string, number> = {};
  for (const [app, pid] of Object.entries(apps)) cpu[app] = (await readProcessUsage(pid)).cpuSeconds;
  const info = await redis.info();
  const readInfo = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'mu').exec(info)?.[1]);
  return {
    atMs: performance.now(),
    cpu,
    redisCpu: readInfo('used_cpu_sys') + readInfo('used_cpu_user'),
    redisCommands: readInfo('total_commands_processed'),
    redisBytes: readInfo('used_memory'),
    postgresCpu: await postgresCpu(db),
    ...(await postgresCounters(db)),
    logBytes: await bytesBelow(trainingDataDir),
  };
}

/** Postgres runs on this machine, a process for each connection. */
async function postgresCpu(db: Db): Promise<Map<number, number>> {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity`.execute(db);
  const usages = await Promise.allSettled(
    rows.map(async ({ pid }) => [pid, (await readProcessUsage(pid)).cpuSeconds] as const),
  );
  // A connection may have ended since.
  return new Map(usages.flatMap((usage) => (usage.status === 'fulfilled' ? [usage.value] : [])));
}

async function postgresCounters(db: Db) {
  const { rows } = await sql<{ commits: number; io: number; wal: number; stored: number }>`
    select (select xact_commit from pg_stat_database where datname = current_database())::float8 as commits,
      (select sum(writes) + sum(fsyncs) from pg_stat_io)::float8 as io,
      pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal,
      pg_database_size(current_database())::float8 as stored`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('Postgres told nothing of itself.');
  return { postgresCommits: row.commits, postgresIo: row.io, walBytes: row.wal, storedBytes: row.stored };
}

async function bytesBelow(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => await stat(path.join(directory, name))));
  return sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}

/** The CPU seconds of all processes of Postgres between two readings. */
export function postgresCpuBetween(before: Reading, after: Reading): number {
  let sum = 0;
  for (const [pid, seconds] of after.postgresCpu) sum += seconds - (before.postgresCpu.get(pid) ?? 0);
  return sum;
}
