import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { Db } from '@learning-loop/db/connect';
import type { PastHypothesis } from '@learning-loop/db/schema/database';
import { loadProfiles, type ProfileRows } from '@learning-loop/db/users/profiles';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import type { UserKey } from '@learning-loop/events/ids';
import type { Polarity } from '@learning-loop/learning/extraction/polarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { readPreference } from '@learning-loop/learning/memories/preference';
import { defaultFacets } from '@learning-loop/learning/persona/facets';

/** Newest first throughout. */
export interface UserProfile {
  facets: Facets;
  interaction_count: number;
  memories: Memory[];
  selections: { input_text: string; at: Date; shown: PastHypothesis[] }[];
}

const profileLimits = { goals: 100, preferences: 100, history: 200, selections: 100 };
const maxInContext = 5;

export type LoadProfile = (user: UserKey) => Promise<UserProfile>;

/** Batches concurrent loads. Only the ranker needs `selections`. */
export function createProfileLoader(db: Db, { selections }: { selections: boolean }): LoadProfile {
  const limits = selections ? profileLimits : { ...profileLimits, selections: 0 };
  return batchStatements(async (users: UserKey[]) => (await loadProfiles(db, users, limits)).map(toProfile));
}

function toProfile({ persona, memories, selections }: ProfileRows): UserProfile {
  const { facets = defaultFacets, interaction_count = 0 } = persona ?? {};
  return { facets, interaction_count, memories, selections };
}

export function memoryTexts(profile: UserProfile, type: Memory['type'], limit = maxInContext): string[] {
  return profile.memories
    .filter((memory) => memory.type === type)
    .slice(0, limit)
    .map(({ content }) => content);
}

export function toUserContext(profile: UserProfile): UserContext {
  return {
    persona_facets: profile.facets,
    interaction_count: profile.interaction_count,
    recent_goals: memoryTexts(profile, 'goal'),
    preferences: preferredThings(profile, 'like'),
    dislikes: preferredThings(profile, 'dislike'),
  };
}

function preferredThings(profile: UserProfile, polarity: Polarity): string[] {
  return profile.memories
    .filter(({ type }) => type === 'preference')
    .map(({ content }) => readPreference(content))
    .filter((preference) => preference.polarity === polarity)
    .slice(0, maxInContext)
    .map(({ thing }) => thing);
}
