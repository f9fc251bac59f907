import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { Db } from '@learning-loop/db/connect';
import type { ShownOption } from '@learning-loop/db/schema/database';
import { type KnownUser, knownUsers } from '@learning-loop/db/users/profiles';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import type { UserKey } from '@learning-loop/events/ids';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { startFacets } from '@learning-loop/learning/persona/facets';

/** All that is known of a user and may matter for a request. Newest first throughout. */
export interface Known {
  facets: Facets;
  interaction_count: number;
  memories: Memory[];
  choices: { input_text: string; at: Date; shown: ShownOption[] }[];
}

const reading = { goals: 100, preferences: 100, history: 200, choices: 100 };
const mostInContext = 5;

export type Recollect = (user: UserKey) => Promise<Known>;

/** Reads what is known of users, those asked for at the same time together. Only the ranker reads their choices. */
export function recollector(db: Db, { choices }: { choices: boolean }): Recollect {
  const wanted = choices ? reading : { ...reading, choices: 0 };
  return batchStatements(async (users: UserKey[]) => (await knownUsers(db, users, wanted)).map(known));
}

function known({ persona, memories, choices }: KnownUser): Known {
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
