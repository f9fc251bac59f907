import { retrieve } from '@learning-loop/learning/memories/retrieval';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import type { Figure } from './metric.ts';
import { historyOf, memoriesOf, now, picksOf, requestTexts, wordsFrom } from './rank-load.ts';

/** CPU of the parts of `hypothesize` that think, without database and HTTP: one process, texts seen before. */
export async function rankCost(): Promise<Figure[]> {
  return [
    ...[20, 100].map((own) => rankAndRecall(own)),
    recallAmong(400, { limit: 20, atMostMs: 0.5 }),
    recallAmong(5_000, { limit: 50, atMostMs: 10 }),
  ];
}

const users = 40;
const requests = 400;
/** So many times as long as it counts: until then the compilers take a third of the time. */
const warming = 4;

/** A user's 100 memories and own picks, 100 picks of the tenant; what a request reads is parsed anew, as it is in life. */
function rankAndRecall(ownPicks: number): Figure {
  const random = wordsFrom(ownPicks);
  const tenantChoices = read(JSON.stringify(picksOf(100, random)));
  const all = Array.from({ length: users }, (_, user) => ({
    memories: JSON.stringify(memoriesOf(user, 100)),
    choices: JSON.stringify(picksOf(ownPicks, random)),
  }));
  const texts = requestTexts(random);
  const think = (n: number) => {
    const user = all[n % users] ?? { memories: '[]', choices: '[]' };
    const memories = readMemories(user.memories);
    const choices = read(user.choices);
    const { input_text, options } = texts[n % texts.length] ?? { input_text: '', options: [] };
    const candidates = options.map((question) => ({ question, rationale: '', prior: 1 / options.length }));
    return measured(() => {
      rank({
        ...{
          input_text,
          candidates,
          memories,
          selections: choices,
          tenantSelections: tenantChoices,
          now,
        },
        ...{ facets: defaultFacets, interaction_count: ownPicks },
      });
      retrieve(input_text, memories, now, 10);
    });
  };
  return figureOf(`rank and recall, 100 memories, ${ownPicks} own picks, 100 of the tenant`, 0.5, think);
}

function recallAmong(count: number, { limit, atMostMs }: { limit: number; atMostMs: number }): Figure {
  const memories = JSON.stringify(historyOf(count));
  const texts = requestTexts(wordsFrom(count));
  return figureOf(`recall among ${count} memories`, atMostMs, (n) => {
    const read = readMemories(memories);
    return measured(() => retrieve(texts[n % texts.length]?.input_text ?? '', read, now, limit));
  });
}

const readMemories = (json: string): ReturnType<typeof memoriesOf> =>
  JSON.parse(json, (key, value) => (key === 'last_seen' ? new Date(value) : value));
const read = (json: string): PastSelection[] =>
  JSON.parse(json, (key, value) => (key === 'at' ? new Date(value) : value));

/** CPU milliseconds of this process. */
function measured(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function figureOf(name: string, atMostMs: number, think: (n: number) => number): Figure {
  const rounds = Math.max(10, Math.round(requests * Math.min(1, 1 / atMostMs)));
  for (let n = 0; n < warming * rounds; n += 1) think(n);
  const took = Array.from({ length: rounds }, (_, n) => think(n)).sort((a, b) => a - b);
  const mean = took.reduce((sum, ms) => sum + ms, 0) / took.length;
  const details = {
    mean_ms: mean,
    p50_ms: took[rounds >> 1] ?? 0,
    p99_ms: took[Math.floor(rounds * 0.99)] ?? 0,
  };
  return {
    name: `${name}: CPU against ${atMostMs} ms`,
    ratio: mean / atMostMs,
    goal: { atMost: 1 },
    details,
    limit: 'nothing is waited for: it is the CPU time of the work itself, in one thread of this machine',
  };
}
