import { connectPublisher, type Publisher } from '@learning-loop/queue/producer/publisher';
import pino from 'pino';
import { Registry } from 'prom-client';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { type Client, connectClient } from '../harness/client.ts';
import { type Accepted, makeSelection } from '../harness/load.ts';
import type { System } from '../harness/system.ts';

/** Per user: enough for facets to reach their limits, where order matters. */
const PICKS = 100;
const BATCH = 250;
const PUBLISHED_MS = 30_000;
const nowhere = 'redis://127.0.0.1:9';

/** Users come in pairs with equal selections; one's events are delivered in order, the other's shuffled. */
export const shuffled: Fault = {
  number: 15,
  name: 'shuffled delivery',
  async run({ size, start, use }) {
    const system = await start({ env: { gateway: { REDIS_URL: nowhere } }, later: ['trainer'] });
    await system.ready();
    const queue = { redisUrl: system.redis.url, databaseUrl: system.databaseUrl };
    const publisher = use(connectPublisher(queue, pino({ level: 'silent' }), new Registry()));
    const client = connectClient(system.urls);
    const pairs = Array.from({ length: Math.ceil(size.selections / PICKS / 2) }, (_, n) => n);
    const [ordered, mixed] = await Promise.all([
      makeSelections(client, pairs, 'ordered'),
      makeSelections(client, pairs, 'mixed'),
    ]);
    const started = performance.now();
    await deliver(system, publisher, ordered);
    await deliver(system, publisher, shuffle(mixed));
    const recoveryMs = performance.now() - started;
    const broken = await findDifferences(system);
    const notes = `${pairs.length} pairs of users with ${PICKS} picks each: the same personas, moves, and counts of memories`;
    return { system, accepted: [...ordered, ...mixed], recoveryMs, notes, broken };
  },
};

/** Users run concurrently; the selections of one user run in order. */
async function makeSelections(client: Client, pairs: number[], kind: string): Promise<Accepted[]> {
  const accepted = await Promise.all(
    pairs.map(async (n) => {
      const selections: Accepted[] = [];
      // Runs of equal selections, since sums alone would hide the order.
      for (let i = 0; i < PICKS; i++)
        selections.push(
          await makeSelection(client, {
            i: toSelectionIndex(i),
            user_id: `${kind}-${n}`,
            input_text: `build api ${i % 20}`,
          }),
        );
      return selections;
    }),
  );
  return accepted.flat();
}

const toSelectionIndex = (i: number) => (Math.floor(i / 40) % 2 === 0 ? 0 : 1);

async function deliver(system: System, publisher: Publisher, accepted: Accepted[]): Promise<void> {
  for (let from = 0; from < accepted.length; from += BATCH) {
    const refs = accepted
      .slice(from, from + BATCH)
      .map(({ event_id }) => ({ event: 'hypothesis.selected' as const, event_id }));
    const tryPublish = () =>
      publisher.publish(refs).then(
        () => true,
        () => null,
      );
    await until(tryPublish, PUBLISHED_MS, 'Redis takes no jobs.');
    const ids = refs.map(({ event_id }) => event_id);
    const readRemaining = async () => {
      const [count] = await system.column('select count(*) as id from outbox where event_id = any($1)', [
        ids,
      ]);
      return Number(count) === 0 ? true : null;
    };
    await until(readRemaining, PUBLISHED_MS, `A batch was not learned: ${system.directory}.`);
  }
}

function shuffle(accepted: Accepted[]): Accepted[] {
  return accepted
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/**
 * Compares the twins' personas, and all memories with their sources. Texts of memories are not compared, since
 * hypotheses depend on other users' selections.
 */
async function findDifferences(system: System): Promise<string[]> {
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
