import { memoizeByObject } from '@learning-loop/async/memoize';
import { batchStatements } from '@learning-loop/db/client/batched-statements';
import type { Db } from '@learning-loop/db/connect';
import type { PastHypothesis } from '@learning-loop/db/schema/database';
import {
  loadWrittenProfiles,
  type ProfileMemory,
  type ProfileSelection,
  parseMemories,
  parsePersona,
  parseSelections,
  type WrittenProfile,
} from '@learning-loop/db/users/profiles';
import { observeDatabaseTime } from '@learning-loop/events/clock';
import type { Facets, UserContext } from '@learning-loop/events/fields';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import type { Polarity } from '@learning-loop/learning/extraction/polarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { readPreference } from '@learning-loop/learning/memories/preference';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { LRUCache } from 'lru-cache';
import { boundSelections } from './compared-texts.ts';
import type { Comparer } from './comparer.ts';

/** Newest first throughout. The arrays are those of the last request, if nothing in them changed since. */
export interface UserProfile {
  /** By PostgreSQL's clock; nothing of the profile was read before. */
  read_at: Date;
  facets: Facets;
  interaction_count: number;
  memories: readonly Memory[];
  selections: readonly { input_text: string; at: Date; shown: PastHypothesis[] }[];
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
  const load = async (users: UserKey[]) => {
    const written = await loadWrittenProfiles(db, users, limits);
    return users.map((user, i) => toProfile(user, written[i], { selections }));
  };
  const [ordinary, costly] = [batchStatements(load), batchStatements(load)];
  return async (user) => {
    comparer.admit(user);
    return await (comparer.isCostly(user) ? costly : ordinary)(user);
  };
}

/** Of each of the two caches. */
const cacheChars = 64e6;
const ttlMs = 60_000;
const memoriesOf = createReader<ProfileMemory[]>(parseMemories);
const selectionsOf = createReader<ProfileSelection[]>((json) =>
  boundSelections(parseSelections(json), maxComparedSelections),
);

function toProfile(
  user: UserKey,
  written: WrittenProfile | undefined,
  asked: { selections: boolean },
): UserProfile {
  if (written === undefined) throw new RangeError('fewer profiles than users');
  const read_at = new Date(written.read_at);
  observeDatabaseTime(read_at);
  const { facets = defaultFacets, interaction_count = 0 } = parsePersona(written.persona) ?? {};
  return {
    ...{ read_at, facets, interaction_count },
    memories: memoriesOf(user, written.memories),
    selections: asked.selections ? selectionsOf(user, written.selections) : [],
  };
}

/**
 * Gives the same object for the same text of a user: whoever keeps something by that object, as ranking and retrieval do,
 * computes it once until the user changes.
 */
function createReader<T extends object>(parse: (json: string) => T): (user: UserKey, json: string) => T {
  const cache = new LRUCache<string, { json: string; value: T }>({
    maxSize: cacheChars,
    ttl: ttlMs,
    sizeCalculation: ({ json }) => json.length + 1,
  });
  return (user, json) => {
    const known = cache.get(userKey(user));
    if (known?.json === json) return known.value;
    const value = parse(json);
    cache.set(userKey(user), { json, value });
    return value;
  };
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

export const memoryTexts = (
  { memories }: UserProfile,
  type: Memory['type'],
  limit = maxInContext,
): string[] => newestTexts(memories, type, limit);

function newestTexts(memories: readonly Memory[], type: Memory['type'], limit: number): string[] {
  return memories
    .filter((memory) => memory.type === type)
    .slice(0, limit)
    .map(({ content }) => content);
}

export function toUserContext({ facets, interaction_count, memories }: UserProfile): UserContext {
  return { persona_facets: facets, interaction_count, ...rememberedContext(memories) };
}

/** Computed once for an array. */
const rememberedContext = memoizeByObject((memories: readonly Memory[]) => {
  const preferences = memories
    .filter(({ type }) => type === 'preference')
    .map(({ content }) => readPreference(content));
  const things = (wanted: Polarity) =>
    preferences
      .filter(({ polarity }) => polarity === wanted)
      .slice(0, maxInContext)
      .map(({ thing }) => thing);
  return {
    recent_goals: newestTexts(memories, 'goal', maxInContext),
    preferences: things('like'),
    dislikes: things('dislike'),
  };
});
