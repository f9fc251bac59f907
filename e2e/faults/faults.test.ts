import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from './harness/postgres-server.ts';
import { runFault } from './run-fault.ts';
import { scenarios } from './scenarios.ts';
import { short } from './sizes.ts';
import { lineOf } from './table.ts';

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

/** The short form; `pnpm test:faults` runs every fault, over 10,000 selections each. */
test.for(scenarios.filter((fault) => fault.short))(
  'nothing is lost and nothing learned twice by fault $number: $name',
  { timeout: 240_000 },
  async (fault) => {
    const row = await runFault(fault, postgres, short);
    process.stdout.write(`${lineOf(row)}\n`);
    expect(row).toMatchObject({ lost: 0, duplicated: 0, faults: [] });
    expect(row.accepted).toBeGreaterThanOrEqual(short.selections);
  },
);
