import { openEnvironment } from '../environment/environment.ts';
import { parity } from '../learning.ts';
import { median } from '../median.ts';
import type { Metric } from '../metric.ts';
import manifest from '../package.json' with { type: 'json' };
import { createRandom } from '../rank-load.ts';
import { createExchanges } from './create-exchanges.ts';
import { type Loop, openLoop } from './loop.ts';
import { countFound, measureAdds, measureSearches, type Shape } from './loop-adapter.ts';
import { openPeer, type Peer } from './mem0-adapter.ts';
import { dimensions } from './mem0-job.ts';

const rounds = 3;
const interactions = 200;
/** Ours has more code to warm: mem0 repeats the same few lines for each row, and is no faster after more than its own 50. */
const warming = 1_000;
const shape: Shape = { atOnce: 64, most: 20 };
const random = createRandom(1);
const shared = {
  mem0ai: manifest.dependencies.mem0ai,
  interactions_a_round: interactions,
  at_once: shape.atOnce,
  mem0_dimensions: dimensions,
};

/** What both sides do with the same exchanges, in turn: learn each, then look for each. */
export async function peer(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  await using mem0 = await openPeer();
  const loop = await openLoop(environment);
  await measureLoop(loop, 0, warming);
  const pairs: Pair[] = [];
  for (let round = 1; round <= rounds; round += 1) pairs.push(await measurePair(loop, mem0, round));
  const learned = { accepted: warming + interactions * rounds, ...(await parity(environment)) };
  return [toAddMetric(pairs, learned), toSearchMetric(pairs)];
}

type Pair = Awaited<ReturnType<typeof measurePair>>;

async function measurePair(loop: Loop, mem0: Peer, round: number) {
  const { exchanges, ...measured } = await measureLoop(loop, round);
  return { ours: measured, mem0: await mem0.measure(exchanges, shape) };
}

async function measureLoop(loop: Loop, round: number, count = interactions) {
  const exchanges = await createExchanges(loop, count, round, random);
  const added = await measureAdds(loop, exchanges, shape);
  const searched = await measureSearches(loop, exchanges, shape);
  return { exchanges, added, searched, found: await countFound(loop, exchanges, shape) };
}

function toAddMetric(pairs: Pair[], learned: Record<string, number>): Metric {
  const calls = sum(pairs, ({ mem0 }) => mem0.added.chats + mem0.added.embeddings);
  return {
    name: 'peer: adds a second, learned for good by all three consumers, against mem0 in memory',
    ratio: median(pairs.map(({ ours, mem0 }) => ours.added / mem0.added.perSecond)),
    goal: null,
    details: {
      ours_per_second: median(pairs.map(({ ours }) => ours.added)),
      mem0_per_second: median(pairs.map(({ mem0 }) => mem0.added.perSecond)),
      ...shared,
      ...learned,
      mem0_added: interactions * rounds,
      mem0_memories: sum(pairs, ({ mem0 }) => mem0.memories),
      mem0_model_calls_an_add: calls / (interactions * rounds),
      mem0_keeps: 'rows of SQLite in the memory of its process',
      ours_model_calls_an_add: 0,
      ours_keeps: 'rows in Postgres and a line on disk, fsynced',
    },
  };
}

function toSearchMetric(pairs: Pair[]): Metric {
  const calls = sum(pairs, ({ mem0 }) => mem0.searched.embeddings);
  return {
    name: 'peer: searches a second among the memories of a user, against mem0 in memory',
    ratio: median(pairs.map(({ ours, mem0 }) => ours.searched / mem0.searched.perSecond)),
    goal: null,
    details: {
      ours_per_second: median(pairs.map(({ ours }) => ours.searched)),
      mem0_per_second: median(pairs.map(({ mem0 }) => mem0.searched.perSecond)),
      ...shared,
      searched: interactions * rounds,
      mem0_found: sum(pairs, ({ mem0 }) => mem0.found),
      mem0_model_calls_a_search: calls / (interactions * rounds),
      ours_found: sum(pairs, ({ ours }) => ours.found),
      ours_model_calls_a_search: 0,
    },
  };
}

const sum = (pairs: Pair[], count: (pair: Pair) => number): number =>
  pairs.reduce((sum, one) => sum + count(one), 0);
