import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { type Client, connectClient } from '../harness/client.ts';
import { type Accepted, makeSelection, startLoad } from '../harness/load.ts';
import type { System } from '../harness/system.ts';

const MOST_LOST = 0.05;
const DEAD_LETTERS_MS = 150_000;

/** Two kinds: no consumer can parse the first; the database rejects the memory of the second. */
const garbled = 'garbled on its way';
const poisonous = 'poison for the memory';

const traps = [
  'create table garbled (event_id uuid primary key, payload jsonb not null)',
  'grant insert on garbled to public',
  `create function garble() returns trigger language plpgsql as $$ begin
    if new.payload->>'input_text' = '${garbled}' then
      insert into garbled values (new.event_id, new.payload);
      new.payload := '{"schema_version": 1}';
    end if;
    return new;
  end $$`,
  'create trigger garble before insert on outbox for each row execute function garble()',
  `create function refuse() returns trigger language plpgsql as $$ begin
    if new.content like '%${poisonous}%' then raise exception 'this content is refused'; end if;
    return new;
  end $$`,
  'create trigger refuse before insert on memories for each row execute function refuse()',
];

export const poison: Fault = {
  number: 12,
  name: 'poison messages among good ones',
  short: true,
  async run({ size, start }) {
    const system = await start();
    await system.ready();
    for (const trap of traps) await system.query(trap);
    // Rounds alternate, so other load on the machine affects both alike.
    const rounds = size.short ? 1 : 5;
    const count = Math.ceil(size.selections / rounds / 2);
    const [clean, mixed]: [Neighbours[], Neighbours[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const earlier = mixed.flatMap(({ bad }) => bad);
      clean.push(await runNeighbours(system, count, { earlier }));
      mixed.push(await runNeighbours(system, count, { poisoner: `bad-${round}`, earlier }));
    }
    const lost = Math.max(0, 1 - throughput(mixed) / throughput(clean));

    const client = connectClient(system.urls);
    const deadLetters = await waitForDeadLetters(system, rounds, size.short ? [] : ['memory']);
    const fixed = performance.now();
    for (const trigger of ['garble on outbox', 'refuse on memories'])
      await system.query(`drop trigger ${trigger}`);
    await system.query(
      'update dead_letters set payload = garbled.payload from garbled where dead_letters.event_id = garbled.event_id',
    );
    await replayTwice(client);
    await system.settled(DEAD_LETTERS_MS);
    return {
      system,
      accepted: [...clean, ...mixed].flatMap(({ good, bad }) => [...good, ...bad]),
      recoveryMs: performance.now() - fixed,
      notes: `neighbours lost ${Math.round(lost * 100)} % throughput; ${deadLetters} dead letters, replayed twice`,
      broken: mixed.some(({ waiting }) => waiting === 0) ? ['the neighbours waited for the poison'] : [],
      late: lost > MOST_LOST ? [`the neighbours lost ${Math.round(lost * 100)} % of their throughput`] : [],
    };
  },
};

interface Neighbours {
  good: Accepted[];
  bad: Accepted[];
  /** Poison events still pending when all good ones were learned. */
  waiting: number;
  /** Until all good events were learned. */
  seconds: number;
}

/** Makes `count` selections and, for a `poisoner`, one of each kind of poison in between. */
async function runNeighbours(
  system: System,
  count: number,
  { poisoner, earlier }: { poisoner?: string; earlier: Accepted[] },
): Promise<Neighbours> {
  const started = performance.now();
  const load = startLoad(system.urls, { perSecond: 100 });
  const client = connectClient(system.urls);
  const bad: Accepted[] = [];
  await load.reached(count * 0.3);
  if (poisoner !== undefined)
    for (const input_text of [garbled, poisonous])
      bad.push(await makeSelection(client, { i: 0, user_id: poisoner, input_text }));
  await load.reached(count);
  await load.stop();
  await system.caughtUp([...earlier, ...bad].map(({ event_id }) => event_id));
  const seconds = (performance.now() - started) / 1_000;
  return { good: load.accepted, bad, waiting: await countPending(system, bad), seconds };
}

async function countPending(system: System, events: Accepted[]): Promise<number> {
  const ids = events.map(({ event_id }) => event_id);
  const [count] = await system.column('select count(*) as id from outbox where event_id = any($1)', [ids]);
  return Number(count);
}

/** Good selections per second. */
function throughput(rounds: Neighbours[]): number {
  const total = (of: (one: Neighbours) => number) => rounds.reduce((sum, one) => sum + of(one), 0);
  return total(({ good }) => good.length) / total(({ seconds }) => seconds);
}

/** Resolves with the number of dead letters. */
async function waitForDeadLetters(system: System, garbledEvents: number, others: string[]): Promise<number> {
  const expected = garbledEvents * (3 + others.length);
  const ask = async () => {
    const [count] = await system.column('select count(*) as id from dead_letters');
    return Number(count) >= expected ? Number(count) : null;
  };
  return until(ask, DEAD_LETTERS_MS, `${expected} dead letters were expected: ${system.directory}.`);
}

/** Two operators replay all at once; each dead letter must be replayed once. */
async function replayTwice(client: Client): Promise<void> {
  await Promise.all([1, 2].map(() => client.post('/v1/dead-letters/replay', {})));
}
