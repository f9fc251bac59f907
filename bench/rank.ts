import { retrieve } from '@learning-loop/learning/memories/retrieval/retrieve';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import { toUtilityExamples } from '@learning-loop/learning/ranking/utility/utility-features';
import { fitUtilities, priorVariances } from '@learning-loop/learning/ranking/utility/utility-model';
import type { Metric } from './metric.ts';
import {
  createRandom,
  generateHistory,
  generateMemories,
  generateRequests,
  generateSelections,
  now,
} from './rank-load.ts';

/** CPU of the parts of `hypothesize` that think, without database and HTTP: one process, texts seen before. */
export async function rankCost(): Promise<Metric[]> {
  return [
    measureRanking(20, { changed: false, atMostMs: 0.3 }),
    measureRanking(100, { changed: false, atMostMs: 0.3 }),
    measureRanking(100, { changed: true, atMostMs: 1 }),
    measureRetrieval(400, { limit: 20, atMostMs: 0.3 }),
    measureRetrieval(5_000, { limit: 50, atMostMs: 5 }),
  ];
}

const users = 40;
const requests = 400;
/** Warm-up, in multiples of the measurement: until then the compilers take a third of the time. */
const warming = 4;

/**
 * A user's 100 memories and own selections, 100 selections of the tenant. A user that `changed` since its last request is
 * read anew, as in production; texts have been seen before.
 */
function measureRanking(
  ownSelections: number,
  { changed, atMostMs }: { changed: boolean; atMostMs: number },
): Metric {
  const random = createRandom(ownSelections);
  const tenantSelections = read(JSON.stringify(generateSelections(100, random)));
  const examples = toUtilityExamples(tenantSelections, now);
  const tenantUtilities = fitUtilities(examples, priorVariances.tenant);
  const all = Array.from({ length: users }, (_, user) => ({
    memories: JSON.stringify(generateMemories(user, 100)),
    selections: JSON.stringify(generateSelections(ownSelections, random)),
  }));
  const texts = generateRequests(random);
  const readUser = (n: number) => ({
    memories: readMemories(all[n]?.memories ?? '[]'),
    selections: read(all[n]?.selections ?? '[]'),
  });
  const known = all.map((_, n) => readUser(n));
  const run = (n: number) => {
    const { memories, selections } = (changed ? undefined : known[n % users]) ?? readUser(n % users);
    const { input_text, questions } = texts[n % texts.length] ?? { input_text: '', questions: [] };
    const candidates = questions.map((question) => ({
      question,
      rationale: '',
      prior: 1 / questions.length,
    }));
    return measured(() => {
      rank({
        ...{
          input_text,
          candidates,
          memories,
          selections,
          tenantSelections,
          now,
        },
        ...{ tenantUtilities, facets: defaultFacets, interaction_count: ownSelections },
      });
      retrieve(input_text, memories, 10);
    });
  };
  const name = `rank and recall, 100 memories, ${ownSelections} own picks, 100 of the tenant`;
  return toMetric(changed ? `${name}, user changed` : name, atMostMs, run);
}

function measureRetrieval(count: number, { limit, atMostMs }: { limit: number; atMostMs: number }): Metric {
  const memories = generateHistory(count);
  const texts = generateRequests(createRandom(count));
  return toMetric(`recall among ${count} memories`, atMostMs, (n) =>
    measured(() => retrieve(texts[n % texts.length]?.input_text ?? '', memories, limit)),
  );
}

const readMemories = (json: string): ReturnType<typeof generateMemories> =>
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

function toMetric(name: string, atMostMs: number, run: (n: number) => number): Metric {
  const rounds = Math.max(10, Math.round(requests * Math.min(1, 1 / atMostMs)));
  for (let n = 0; n < warming * rounds; n += 1) run(n);
  const took = Array.from({ length: rounds }, (_, n) => run(n)).sort((a, b) => a - b);
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
