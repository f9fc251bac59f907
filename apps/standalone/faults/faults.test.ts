import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, test, vi } from 'vitest';
import { catalogue } from './catalogue.ts';
import { type PostgresServer, startPostgres } from './harness/postgres-server.ts';
import { runFault } from './run-fault.ts';
import { short } from './sizes.ts';
import { lineOf } from './table.ts';

// Most of a fault's time is waiting: for a lock to run out, for a server to come back, for the next call to be due.
vi.setConfig({ maxConcurrency: 2 });

let directory: string;
let postgres: PostgresServer;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'faults-'));
  await chmod(directory, 0o755);
  postgres = await startPostgres(directory);
}, 60_000);

afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** The short form; `pnpm test:faults` runs every fault, over ten times as many selections. */
test.concurrent.for(catalogue.filter((fault) => fault.short))(
  'nothing is lost and nothing learned twice by fault $number: $name',
  { timeout: 240_000 },
  async (fault, { expect }) => {
    const row = await runFault(fault, postgres, short);
    process.stdout.write(`${lineOf(row)}\n`);
    expect(row).toMatchObject({ lost: 0, duplicated: 0, faults: [] });
    expect(row.accepted).toBeGreaterThanOrEqual(short.picks);
  },
);
