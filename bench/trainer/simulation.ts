import type { Db } from '@learning-loop/db/connect';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { explore } from '@learning-loop/learning/ranking/exploration';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { createModelRouter, type ServingRanker } from 'gateway/hypotheses/model-router';
import { seededId } from './seeded-id.ts';
import { choose, type Person, person, situation } from './world.ts';

const exploration = 0.1;
const remembered = 24;
const minuteMs = 60_000;
const tenant_id = 'default';

/** A simulated population that picks, and the state of the loop that it has brought about. */
export interface Population {
  /** Lets `interactions` happen, each recorded as the gateway and the workers would. Returns how the picks came out. */
  play(interactions: number): Promise<Outcome>;
}

export interface Outcome {
  picks: number;
  /** Share of the picks that were displayed first. */
  first_place_rate: number;
}

export function population(db: Db, log: TrainingLog, users: number, random: () => number): Population {
  const people = Array.from({ length: users }, (_, i) => ({
    ...person(`person-${i}`, random),
    choices: [] as PastSelection[],
  }));
  // A time of its own: how long ago a choice was bears on the ranking, how fast the machine is must not.
  let clock = Date.UTC(2026, 0, 1);
  return {
    async play(interactions) {
      const servedBy = createModelRouter(db, 'rules');
      const shown: Shown[] = [];
      for (let i = 0; i < interactions; i += 1) {
        const someone = people[Math.floor(random() * people.length)];
        clock += minuteMs;
        if (!someone) continue;
        const { ranker } = await servedBy(tenant_id, someone.user_id);
        shown.push(show(someone, ranker, random, new Date(clock)));
      }
      await record(db, log, shown);
      return outcomeOf(shown);
    },
  };
}

interface Shown {
  someone: Person;
  ranker_id: string;
  interaction_id: string;
  event_id: string;
  at: Date;
  input_text: string;
  hypotheses: ReturnType<typeof explore>;
  selected_id: string;
}

function show(
  someone: Person & { choices: PastSelection[] },
  { ranker_id, weights }: ServingRanker,
  random: () => number,
  now: Date,
): Shown {
  const { input_text, candidates } = situation(random);
  const ranked = rank(
    {
      ...{
        input_text,
        candidates,
        memories: [],
        selections: someone.choices,
        facets: defaultFacets,
      },
      ...{ interaction_count: someone.choices.length, tenantSelections: [], now },
    },
    weights,
  );
  const hypotheses = explore(ranked, exploration, random);
  const chosen = choose(
    someone,
    hypotheses.map(({ question }) => question),
    random,
  );
  const past = hypotheses.map(({ question }, i) => ({ question, chosen: i === chosen }));
  someone.choices = [{ input_text, at: now, shown: past }, ...someone.choices].slice(0, remembered);
  const selected_id = hypotheses[chosen]?.id ?? 'h1';
  return {
    someone,
    ranker_id,
    interaction_id: seededId(random),
    event_id: seededId(random),
    at: new Date(),
    input_text,
    hypotheses,
    selected_id,
  };
}

function outcomeOf(shown: Shown[]): Outcome {
  const first = shown.filter(({ selected_id }) => selected_id === 'h1').length;
  return { picks: shown.length, first_place_rate: first / Math.max(1, shown.length) };
}

const context = { persona_facets: defaultFacets, interaction_count: 0, recent_goals: [], preferences: [] };
const atOnce = 500;

async function record(db: Db, log: TrainingLog, shown: Shown[]): Promise<void> {
  for (let i = 0; i < shown.length; i += atOnce) {
    const some = shown.slice(i, i + atOnce);
    await db.insertInto('interactions').values(some.map(interactionRow)).execute();
    await db.insertInto('selections').values(some.map(selectionRow)).execute();
    await log.append('hypotheses_data', some.map(hypothesesRecord));
    await log.append('ranking_data', some.map(rankingRecord));
  }
}

const interactionRow = ({ someone, ranker_id, interaction_id, at, input_text, hypotheses }: Shown) => ({
  ...{ tenant_id, interaction_id, user_id: someone.user_id, created_at: at, input_text, ranker_id },
  ...{ media_type: 'text/plain', model_id: 'candidates', used_memories: '[]', auto_advance: false },
  context: JSON.stringify(context),
  hypotheses: JSON.stringify(hypotheses),
});

const selectionRow = ({ someone, interaction_id, event_id, at, input_text, selected_id }: Shown) => ({
  ...{
    tenant_id,
    interaction_id,
    user_id: someone.user_id,
    event_id,
    selected_id,
    selected_at: at,
    input_text,
  },
  ...{ auto_advanced: false, shown: '[]', answer: '{}' },
});

const lineOf = ({ someone, interaction_id, event_id, at }: Shown) => ({
  ...{ timestamp: at.toISOString(), event_id, tenant_id, user_id: someone.user_id, interaction_id },
  model_id: 'candidates',
});

const hypothesesRecord = (one: Shown): TrainingRecords['hypotheses_data'] => ({
  ...lineOf(one),
  ...{ user_input: one.input_text, context, hypotheses: one.hypotheses, selected_id: one.selected_id },
  ...{ label: 'positive', auto_advanced: false },
  selected_confidence: one.hypotheses.find(({ id }) => id === one.selected_id)?.confidence ?? null,
});

const rankingRecord = (one: Shown): TrainingRecords['ranking_data'] => ({
  ...lineOf(one),
  used_memories: [],
  hypotheses: one.hypotheses.map((shown) => ({ ...shown, chosen: shown.id === one.selected_id })),
});
