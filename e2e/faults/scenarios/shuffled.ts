import { connectPublisher, type Publisher } from '@learning-loop/queue/producer/publisher';
import pino from 'pino';
import { Registry } from 'prom-client';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { type Client, connectClient } from '../harness/client.ts';
import { type Accepted, choose } from '../harness/load.ts';
import type { System } from '../harness/system.ts';

/** Picks of one user: enough for facets to run into their bounds, where the order tells. */
const PICKS = 100;
const BATCH = 250;
const PUBLISHED_MS = 30_000;
const nowhere = 'redis://127.0.0.1:9';

/** Every user has a twin that picks the same; the one's events are delivered in order, the other's shuffled. */
export const shuffled: Fault = {
  number: 15,
  name: 'shuffled delivery',
  async run({ size, start, use }) {
    const system = await start({ env: { gateway: { REDIS_URL: nowhere } }, later: ['trainer'] });
    await system.ready();
    const queue = { redisUrl: system.redis.url, databaseUrl: system.databaseUrl };
    const publisher = use(connectPublisher(queue, pino({ level: 'silent' }), new Registry()));
    const client = connectClient(system.urls);
    const pairs = Array.from({ length: Math.ceil(size.picks / PICKS / 2) }, (_, n) => n);
    const [ordered, mixed] = await Promise.all([
      pickAll(client, pairs, 'ordered'),
      pickAll(client, pairs, 'mixed'),
    ]);
    const started = performance.now();
    await deliver(system, publisher, ordered);
    await deliver(system, publisher, shuffle(mixed));
    const recoveryMs = performance.now() - started;
    const broken = await differences(system);
    const notes = `${pairs.length} pairs of users with ${PICKS} picks each: the same personas, moves, and counts of memories`;
    return { system, accepted: [...ordered, ...mixed], recoveryMs, notes, broken };
  },
};

/** All users at once, each user's picks one after the other, in the order of time. */
async function pickAll(client: Client, pairs: number[], kind: string): Promise<Accepted[]> {
  const accepted = await Promise.all(
    pairs.map(async (n) => {
      const picks: Accepted[] = [];
      // A few of one kind first, and then of another: sums alone would hide the order.
      for (let i = 0; i < PICKS; i++)
        picks.push(
          await choose(client, { i: pickIn(i), user_id: `${kind}-${n}`, input_text: `build api ${i % 20}` }),
        );
      return picks;
    }),
  );
  return accepted.flat();
}

const pickIn = (i: number) => (Math.floor(i / 40) % 2 === 0 ? 0 : 1);

async function deliver(system: System, publisher: Publisher, accepted: Accepted[]): Promise<void> {
  for (let from = 0; from < accepted.length; from += BATCH) {
    const notices = accepted
      .slice(from, from + BATCH)
      .map(({ event_id }) => ({ event: 'hypothesis.selected' as const, event_id }));
    const tried = () =>
      publisher.publish(notices).then(
        () => true,
        () => null,
      );
    await until(tried, PUBLISHED_MS, 'Redis takes no jobs.');
    const ids = notices.map(({ event_id }) => event_id);
    const left = async () => {
      const [count] = await system.column('select count(*) as id from outbox where event_id = any($1)', [
        ids,
      ]);
      return Number(count) === 0 ? true : null;
    };
    await until(left, PUBLISHED_MS, `A batch was not learned: ${system.directory}.`);
  }
}

function shuffle(accepted: Accepted[]): Accepted[] {
  return accepted
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/**
 * Where the twins' personas differ, and the memories that depend on more than their sources: the words of memories are
 * not compared, since what is shown to the twins may differ by what others chose meanwhile.
 */
async function differences(system: System): Promise<string[]> {
  const kinds = {
    personas:
      "select split_part(user_id, '-', 1) as kind, split_part(user_id, '-', 2) as n, facets::text || interaction_count as what from personas",
    moves: `select split_part(user_id, '-', 1) as kind, split_part(user_id, '-', 2) as n,
      string_agg(old_facets::text || new_facets::text, ',' order by occurred_at, event_id) as what from persona_updates group by user_id`,
  };
  const broken: string[] = [];
  for (const [name, sql] of Object.entries(kinds)) {
    const [row] = await system.query(
      `with them as (${sql}) select count(*)::int as pairs, count(*) filter (where o.what is distinct from m.what)::int as differ
       from them o join them m on o.n = m.n where o.kind = 'ordered' and m.kind = 'mixed'`,
    );
    if (Number(row?.['pairs']) === 0 || Number(row?.['differ']) > 0)
      broken.push(`${row?.['differ']} of ${row?.['pairs']} ${name} differ`);
  }
  const [wrong] = await system.column(
    `select count(*) as id from memories join lateral (
      select count(*) as times, min(seen_at) as first, max(seen_at) as last from memory_sources
      where (tenant_id, user_id, memory_id) = (memories.tenant_id, memories.user_id, memories.memory_id)
    ) as sources on true where (count, first_seen, last_seen) is distinct from (times, first, last)`,
  );
  if (Number(wrong) > 0) broken.push(`${wrong} memories are not what their sources say`);
  return broken;
}
