import type { Db } from '@learning-loop/db/connect';
import { type ChoiceMade, choicesOfUser } from '@learning-loop/db/interactions';
import { recentMemories } from '@learning-loop/db/memories';
import { findPersona } from '@learning-loop/db/personas';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import type { Memory } from '@learning-loop/learning/memory';
import { startFacets } from '@learning-loop/learning/persona';
import type { PastChoice } from '@learning-loop/learning/rank';

/** All that is known of a user and may matter for a request. Newest first throughout. */
export interface Known {
  facets: Facets;
  interaction_count: number;
  memories: Memory[];
  choices: PastChoice[];
}

const mostMemories = 200;
const mostChoices = 100;
const mostInContext = 5;

export async function recollect(db: Db, tenantId: string, userId: string): Promise<Known> {
  const [persona, wants, history, choices] = await Promise.all([
    findPersona(db, tenantId, userId),
    recentMemories(db, { tenantId, userId, types: ['goal', 'preference'], limit: mostMemories }),
    recentMemories(db, { tenantId, userId, types: ['history'], limit: mostMemories }),
    choicesOfUser(db, tenantId, userId, mostChoices),
  ]);
  return {
    facets: persona?.facets ?? startFacets,
    interaction_count: persona?.interaction_count ?? 0,
    memories: [...wants, ...history],
    choices: choices.map(pastChoice),
  };
}

export function pastChoice({ input_text, selected_id, selected_at, hypotheses }: ChoiceMade): PastChoice {
  const shown = hypotheses.map(({ id, question }) => ({ question, chosen: id === selected_id }));
  return { input_text, at: selected_at, shown };
}

export function contentsOf(known: Known, type: Memory['type'], limit = mostInContext): string[] {
  return known.memories
    .filter((memory) => memory.type === type)
    .slice(0, limit)
    .map(({ content }) => content);
}

/** What the caller is told that we know. */
export function contextOf(known: Known): UserContext {
  return {
    persona_facets: known.facets,
    interaction_count: known.interaction_count,
    recent_goals: contentsOf(known, 'goal'),
    preferences: contentsOf(known, 'preference').map((content) => content.replace(/^Prefers: /u, '')),
  };
}
