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
import { boundSelections } from './compared-texts.ts';
import type { Comparer } from './comparer.ts';

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

/** In characters, of all past selections together. Those of ordinary users have half of it. */
const maxComparedSelections = 64_000;

/**
 * Batches concurrent loads, those of costly users apart: nobody waits for their long texts. Only the ranker needs
 * `selections`. Throws 429 for a costly user whose tenant has too many requests waiting.
 */
export function createProfileLoader(
  { db, comparer }: { db: Db; comparer: Comparer },
  { selections }: { selections: boolean },
): LoadProfile {
  const limits = selections ? profileLimits : { ...profileLimits, selections: 0 };
  const load = async (users: UserKey[]) => (await loadProfiles(db, users, limits)).map(toProfile);
  const [ordinary, costly] = [batchStatements(load), batchStatements(load)];
  return async (user) => {
    comparer.admit(user);
    return await (comparer.isCostly(user) ? costly : ordinary)(user);
  };
}

function toProfile({ persona, memories, selections }: ProfileRows): UserProfile {
  const { facets = defaultFacets, interaction_count = 0 } = persona ?? {};
  const compared = boundSelections(selections, maxComparedSelections);
  return { facets, interaction_count, memories, selections: compared };
}

/** Whether the user may have more memories than these of a profile. */
export function hasOlderMemories(memories: readonly Memory[]): boolean {
  const { goals: goal, preferences: preference, history } = profileLimits;
  const limits = { goal, preference, history };
  const counts = { goal: 0, preference: 0, history: 0 };
  for (const { type } of memories) counts[type] += 1;
  return memoryTypes.some((type) => counts[type] >= limits[type]);
}

const memoryTypes = ['goal', 'preference', 'history'] as const;

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
