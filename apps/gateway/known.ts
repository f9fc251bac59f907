import type { Db } from '@learning-loop/db/connect';
import { knownUser } from '@learning-loop/db/known-user';
import type { ShownOption } from '@learning-loop/db/schema';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import type { Memory } from '@learning-loop/learning/memory';
import { startFacets } from '@learning-loop/learning/persona';

/** All that is known of a user and may matter for a request. Newest first throughout. */
export interface Known {
  facets: Facets;
  interaction_count: number;
  memories: Memory[];
  choices: { input_text: string; at: Date; shown: ShownOption[] }[];
}

const reading = { goals: 100, preferences: 100, history: 200, choices: 100 };
const mostInContext = 5;

export async function recollect(db: Db, tenantId: string, userId: string): Promise<Known> {
  return known(await knownUser(db, tenantId, userId, reading));
}

/** What a prompt is made of: the same without the choices, which only the ranker reads. */
export async function recollectMemories(db: Db, tenantId: string, userId: string): Promise<Known> {
  return known(await knownUser(db, tenantId, userId, { ...reading, choices: 0 }));
}

function known({ persona, memories, choices }: Awaited<ReturnType<typeof knownUser>>): Known {
  const { facets = startFacets, interaction_count = 0 } = persona ?? {};
  return { facets, interaction_count, memories, choices };
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
