import type { Db } from '@learning-loop/db/connect';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { explore } from '@learning-loop/learning/ranking/exploration';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { createModelRouter, type ServingRanker } from 'gateway/hypotheses/model-router';
import { seededId } from './seeded-id.ts';
import { createPerson, createRequest, type Person, selectQuestion } from './world.ts';

const exploration = 0.1;
const maxSelections = 24;
const minuteMs = 60_000;
const tenant_id = 'default';

/** A simulated population that selects, with the state of the loop. */
export interface Population {
  /** Records `count` interactions like the gateway and the workers. */
  simulate(count: number): Promise<Outcome>;
}

export interface Outcome {
  selections: number;
  /** Share of the selections at the first position. */
  first_place_rate: number;
}

export function createPopulation(db: Db, log: TrainingLog, users: number, random: () => number): Population {
  const people = Array.from({ length: users }, (_, i) => ({
    ...createPerson(`person-${i}`, random),
    selections: [] as PastSelection[],
  }));
  // A simulated clock: the ranking depends on the age of selections and must not depend on the machine's speed.
  let clock = Date.UTC(2026, 0, 1);
  return {
    async simulate(count) {
      const routeModels = createModelRouter(db, { llm: { impl: 'rules' }, allowedModels: new Map() });
      const interactions: SimulatedInteraction[] = [];
      for (let i = 0; i < count; i += 1) {
        const person = people[Math.floor(random() * people.length)];
        clock += minuteMs;
        if (!person) continue;
        const { ranker } = await routeModels(tenant_id, person.user_id);
        interactions.push(simulateInteraction(person, ranker, random, new Date(clock)));
      }
      await record(db, log, interactions);
      return toOutcome(interactions);
    },
  };
}

interface SimulatedInteraction {
  person: Person;
  ranker_id: string;
  interaction_id: string;
  event_id: string;
  at: Date;
  input_text: string;
  hypotheses: ReturnType<typeof explore>;
  selected_id: string;
}

function simulateInteraction(
  person: Person & { selections: PastSelection[] },
  { ranker_id, weights }: ServingRanker,
  random: () => number,
  now: Date,
): SimulatedInteraction {
  const { input_text, candidates } = createRequest(random);
  const ranked = rank(
    {
      ...{
        input_text,
        candidates,
        memories: [],
        selections: person.selections,
        facets: defaultFacets,
      },
      ...{ interaction_count: person.selections.length, tenantSelections: [], now },
    },
    weights,
  );
  const hypotheses = explore(ranked, exploration, random);
  const selectedIndex = selectQuestion(
    person,
    hypotheses.map(({ question }) => question),
    random,
  );
  const past = hypotheses.map(({ question }, i) => ({ question, chosen: i === selectedIndex }));
  person.selections = [{ input_text, at: now, shown: past }, ...person.selections].slice(0, maxSelections);
  const selected_id = hypotheses[selectedIndex]?.id ?? 'h1';
  return {
    person,
    ranker_id,
    interaction_id: seededId(random),
    event_id: seededId(random),
    at: new Date(),
    input_text,
    hypotheses,
    selected_id,
  };
}

function toOutcome(interactions: SimulatedInteraction[]): Outcome {
  const first = interactions.filter(({ selected_id }) => selected_id === 'h1').length;
  return { selections: interactions.length, first_place_rate: first / Math.max(1, interactions.length) };
}

const context = { persona_facets: defaultFacets, interaction_count: 0, recent_goals: [], preferences: [] };
const atOnce = 500;

async function record(db: Db, log: TrainingLog, interactions: SimulatedInteraction[]): Promise<void> {
  for (let i = 0; i < interactions.length; i += atOnce) {
    const batch = interactions.slice(i, i + atOnce);
    await db.insertInto('interactions').values(batch.map(interactionRow)).execute();
    await db.insertInto('selections').values(batch.map(selectionRow)).execute();
    await log.append('hypotheses_data', batch.map(hypothesesRecord));
    await log.append('ranking_data', batch.map(rankingRecord));
  }
}

const interactionRow = ({
  person,
  ranker_id,
  interaction_id,
  at,
  input_text,
  hypotheses,
}: SimulatedInteraction) => ({
  ...{ tenant_id, interaction_id, user_id: person.user_id, created_at: at, input_text, ranker_id },
  ...{ media_type: 'text/plain', model_id: 'candidates', used_memories: '[]', auto_advance: false },
  context: JSON.stringify(context),
  hypotheses: JSON.stringify(hypotheses),
});

const selectionRow = ({
  person,
  interaction_id,
  event_id,
  at,
  input_text,
  selected_id,
}: SimulatedInteraction) => ({
  ...{
    tenant_id,
    interaction_id,
    user_id: person.user_id,
    event_id,
    selected_id,
    selected_at: at,
    input_text,
  },
  ...{ auto_advanced: false, shown: '[]', answer: '{}' },
});

const toRecordBase = ({ person, interaction_id, event_id, at }: SimulatedInteraction) => ({
  ...{ timestamp: at.toISOString(), event_id, tenant_id, user_id: person.user_id, interaction_id },
  model_id: 'candidates',
});

const hypothesesRecord = (one: SimulatedInteraction): TrainingRecords['hypotheses_data'] => ({
  ...toRecordBase(one),
  ...{ user_input: one.input_text, context, hypotheses: one.hypotheses, selected_id: one.selected_id },
  ...{ label: 'positive', auto_advanced: false },
  selected_confidence: one.hypotheses.find(({ id }) => id === one.selected_id)?.confidence ?? null,
});

const rankingRecord = (one: SimulatedInteraction): TrainingRecords['ranking_data'] => ({
  ...toRecordBase(one),
  used_memories: [],
  hypotheses: one.hypotheses.map((hypothesis) => ({
    ...hypothesis,
    chosen: hypothesis.id === one.selected_id,
  })),
});
