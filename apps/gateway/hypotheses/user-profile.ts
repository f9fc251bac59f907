import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { Db } from '@learning-loop/db/connect';
import type { PastHypothesis } from '@learning-loop/db/schema/database';
import { loadProfiles, type ProfileRows } from '@learning-loop/db/users/profiles';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import type { UserKey } from '@learning-loop/events/ids';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { defaultFacets } from '@learning-loop/learning/persona/facets';

/** All that is known of a user and may matter for a request. Newest first throughout. */
export interface UserProfile {
  facets: Facets;
  interaction_count: number;
  memories: Memory[];
  selections: { input_text: string; at: Date; shown: PastHypothesis[] }[];
}

const reading = { goals: 100, preferences: 100, history: 200, selections: 100 };
const mostInContext = 5;

export type LoadProfile = (user: UserKey) => Promise<UserProfile>;

/** Reads what is known of users, those asked for at the same time together. Only the ranker reads their choices. */
export function createProfileLoader(db: Db, { selections }: { selections: boolean }): LoadProfile {
  const wanted = selections ? reading : { ...reading, selections: 0 };
  return batchStatements(async (users: UserKey[]) => (await loadProfiles(db, users, wanted)).map(toProfile));
}

function toProfile({ persona, memories, selections }: ProfileRows): UserProfile {
  const { facets = defaultFacets, interaction_count = 0 } = persona ?? {};
  return { facets, interaction_count, memories, selections };
}

export function memoryTexts(known: UserProfile, type: Memory['type'], limit = mostInContext): string[] {
  return known.memories
    .filter((memory) => memory.type === type)
    .slice(0, limit)
    .map(({ content }) => content);
}

/** What the caller is told that we know. */
export function toUserContext(known: UserProfile): UserContext {
  return {
    persona_facets: known.facets,
    interaction_count: known.interaction_count,
    recent_goals: memoryTexts(known, 'goal'),
    preferences: memoryTexts(known, 'preference').map((content) => content.replace(/^Prefers: /u, '')),
  };
}
