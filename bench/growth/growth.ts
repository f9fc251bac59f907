import { rm } from 'node:fs/promises';
import { connectDb } from '@learning-loop/db/connect';
import { runHotQueries } from '@learning-loop/testing/database/hot-queries';
import { findFullScans } from '@learning-loop/testing/database/plan-check';
import { sql } from 'kysely';
import { median } from '../median.ts';
import type { Metric } from '../metric.ts';
import { growthData, growthDirectory, prepareGrown } from './prepare.ts';
import { openSide, type Side, type SideResult } from './side.ts';

const rounds = 3;
const atMost = 1.5;

/** Latencies and events a second with millions of rows in the database, against an empty one, in turn. */
export async function growth({ keep }: { keep: boolean }): Promise<Metric[]> {
  await using resources = new AsyncDisposableStack();
  if (!keep) resources.defer(() => rm(growthDirectory, { recursive: true, force: true }));
  const preparedInSeconds = await prepareGrown();
  const grown = resources.use(await openSide(growthData));
  const empty = resources.use(await openSide());
  for (const side of [grown, empty]) await side.warmUp();
  const pairs: { grown: SideResult; empty: SideResult }[] = [];
  for (let round = 0; round < rounds; round += 1)
    pairs.push({ empty: await empty.measure(), grown: await grown.measure() });
  const details = { prepared_in_seconds: preparedInSeconds, ...(await plansOf(grown)) };
  return figuresOf(pairs).map((figure, index) =>
    index === 0 ? { ...figure, details: { ...figure.details, ...details } } : figure,
  );
}

/** Throws when a plan that is kept at this size reads a whole table. */
async function plansOf({ databaseUrl }: Side) {
  await using db = connectDb(databaseUrl, { max: 1 });
  await sql`set plan_cache_mode = force_generic_plan`.execute(db);
  await runHotQueries(db);
  const read = await findFullScans(db);
  if (Object.keys(read).length > 0)
    throw new Error(`These statements read whole tables: ${JSON.stringify(read, null, 2)}`);
  const { rows } = await sql<{ gb: number }>`
    select (pg_database_size(current_database()) / 1e9)::float8 as gb`.execute(db);
  return { database_gb: rows[0]?.gb ?? 0 };
}

function figuresOf(pairs: { grown: SideResult; empty: SideResult }[]): Metric[] {
  const latency = (name: string, of: 'hypothesize' | 'hypothesizeHot' | 'execute'): Metric => ({
    name: `${name}: p99 with 10 million memories and 5 million interactions against an empty database`,
    ratio: median(pairs.map(({ grown, empty }) => grown[of].p99 / empty[of].p99)),
    goal: { atMost },
    details: {
      empty_p50_ms: median(pairs.map(({ empty }) => empty[of].p50)),
      grown_p50_ms: median(pairs.map(({ grown }) => grown[of].p50)),
      empty_p99_ms: median(pairs.map(({ empty }) => empty[of].p99)),
      grown_p99_ms: median(pairs.map(({ grown }) => grown[of].p99)),
      failed: pairs.reduce((sum, { grown, empty }) => sum + grown[of].failed + empty[of].failed, 0),
    },
    meanwhile: pairs.at(-1)?.grown[of].meanwhile,
  });
  return [
    latency('hypothesize', 'hypothesize'),
    latency('hypothesize for a user with 100,000 memories', 'hypothesizeHot'),
    latency('execute, one in four by that user', 'execute'),
    {
      name: 'learning: events a second on an empty database against one with 10 million memories',
      ratio: median(pairs.map(({ grown, empty }) => empty.learning.perSecond / grown.learning.perSecond)),
      goal: { atMost },
      details: {
        empty_per_second: median(pairs.map(({ empty }) => empty.learning.perSecond)),
        grown_per_second: median(pairs.map(({ grown }) => grown.learning.perSecond)),
      },
      meanwhile: pairs.at(-1)?.grown.learning.meanwhile,
    },
  ];
}
