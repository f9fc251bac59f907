import { setImmediate } from 'node:timers/promises';
import type { Db } from '@learning-loop/db/connect';
import { asTenant } from '@learning-loop/db/transactions';
import { findMemories } from '@learning-loop/db/users/memories';
import { loadProfiles } from '@learning-loop/db/users/profiles';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { type Conversation, toConversation } from '@learning-loop/learning/memories/retrieval/conversation';
import { retrieveFrom, type ScoredMemory } from '@learning-loop/learning/memories/retrieval/retrieve';
import { parseUtterance } from '@learning-loop/learning/memories/retrieval/utterance';
import { LRUCache } from 'lru-cache';
import { boundContents } from './compared-texts.ts';
import type { Comparer } from './comparer.ts';
import { hasOlderMemories } from './user-profile.ts';

interface Search {
  query: string;
  limit: number;
  embeddingOf: EmbeddingOf | undefined;
}

/**
 * All memories of users who have more than a profile holds, ready to be searched. `recent` are those of the profile.
 * Older ones may be as of a minute ago, but what was changed, superseded or forgotten meanwhile is never found.
 */
export interface MemoryArchive {
  /** `recent` if there are no older ones. */
  list(user: UserKey, recent: readonly Memory[]): Promise<readonly Memory[]>;
  /** Most relevant first; null if there are no older ones. */
  search(user: UserKey, recent: readonly Memory[], search: Search): Promise<ScoredMemory[] | null>;
}

/** Of each user, the newest of each type. */
const limits = { goals: 1_000, preferences: 1_000, history: 5_000, selections: 0 };
/** In characters, of all contents together: only the longest are cut to be compared. */
const maxCompared = 1_000_000;
const cacheBytes = 128e6;
const ttlMs = 60_000;
/** What an utterance takes beside its text, with its trigrams. */
const bytesPerMemory = 2_500;
/** Between them other requests have their turn. */
const memoriesPerSlice = 50;

interface Entry {
  conversation: Conversation;
  byId: ReadonlyMap<string, Memory>;
}

export function createMemoryArchive(db: Db, comparer: Pick<Comparer, 'measure'>): MemoryArchive {
  const cache = new LRUCache<string, Entry, UserKey>({
    maxSize: cacheBytes,
    ttl: ttlMs,
    sizeCalculation: ({ byId }) =>
      [...byId.values()].reduce((sum, { content }) => sum + bytesPerMemory + 2 * content.length, 1),
    fetchMethod: async (_key, _stale, { context }) => await readEntry(db, context),
  });

  async function load(user: UserKey, recent: readonly Memory[]): Promise<Entry> {
    const key = userKey(user);
    const cached = await cache.forceFetch(key, { context: user });
    const isConnected = oldestOfEachType(recent).every(({ memory_id }) => cached.byId.has(memory_id));
    const entry = isConnected ? cached : await cache.forceFetch(key, { context: user, forceRefresh: true });
    if (!holdsRecent(entry, recent)) Object.assign(entry, toEntry(withRecent(entry, recent)));
    return entry;
  }

  async function searchOnce(user: UserKey, recent: readonly Memory[], { query, limit, embeddingOf }: Search) {
    const { conversation, byId } = await load(user, recent);
    const found = comparer
      .measure(user, () => retrieveFrom(query, conversation, limit, embeddingOf))
      .map(({ memory, relevance }) => ({ memory: byId.get(memory.memory_id) ?? memory, relevance }));
    const current = await keepCurrent(db, user, recent, found);
    return { current, isOutdated: current.length < found.length };
  }

  return {
    async list(user, recent) {
      return hasOlderMemories(recent) ? [...(await load(user, recent)).byId.values()] : recent;
    },
    async search(user, recent, search) {
      if (!hasOlderMemories(recent)) return null;
      const first = await searchOnce(user, recent, search);
      if (!first.isOutdated) return first.current;
      cache.delete(userKey(user));
      return (await searchOnce(user, recent, search)).current;
    },
  };
}

/** Without older ones that are not stored like this any more. */
async function keepCurrent(
  db: Db,
  user: UserKey,
  recent: readonly Memory[],
  found: ScoredMemory[],
): Promise<ScoredMemory[]> {
  const shown = new Set(recent.map(({ memory_id }) => memory_id));
  const older = found.flatMap(({ memory: { memory_id } }) => (shown.has(memory_id) ? [] : [memory_id]));
  if (older.length === 0) return found;
  const contents = await readActiveContents(db, user, older);
  return found.filter(
    ({ memory: { memory_id, content } }) => shown.has(memory_id) || contents.get(memory_id) === content,
  );
}

async function readEntry(db: Db, user: UserKey): Promise<Entry> {
  const [rows] = await loadProfiles(db, [user], limits);
  const memories = rows?.memories ?? [];
  const compared = boundContents(memories, maxCompared);
  for (let from = 0; from < compared.length; from += memoriesPerSlice) {
    for (const { content } of compared.slice(from, from + memoriesPerSlice)) parseUtterance(content);
    await setImmediate();
  }
  return toEntry(memories);
}

const toEntry = (memories: readonly Memory[]): Entry => ({
  conversation: toConversation(boundContents(memories, maxCompared)),
  byId: new Map(memories.map((memory) => [memory.memory_id, memory])),
});

async function readActiveContents(
  db: Db,
  { tenant_id, user_id }: UserKey,
  ids: string[],
): Promise<Map<string, string>> {
  const rows = await asTenant(db, tenant_id, (tx) => findMemories(tx, tenant_id, user_id, ids));
  const active = rows.filter(({ status }) => status === 'active');
  return new Map(active.map(({ memory_id, content }) => [memory_id, content]));
}

/** Whether the entry has all of them as they are, and nothing else that is newer than the oldest of them. */
function holdsRecent({ byId }: Entry, recent: readonly Memory[]): boolean {
  const oldest = oldestTimes(recent);
  const newer = [...byId.values()].filter((memory) => isNewer(memory, oldest)).length;
  return (
    newer === recent.filter((memory) => isNewer(memory, oldest)).length &&
    recent.every(({ memory_id, content, last_seen }) => {
      const known = byId.get(memory_id);
      return known?.content === content && known.last_seen.getTime() === last_seen.getTime();
    })
  );
}

/** The older memories of the entry with those of the profile. */
function withRecent({ byId }: Entry, recent: readonly Memory[]): Memory[] {
  const oldest = oldestTimes(recent);
  const ids = new Set(recent.map(({ memory_id }) => memory_id));
  const older = [...byId.values()].filter((memory) => !ids.has(memory.memory_id) && !isNewer(memory, oldest));
  return [...recent, ...older];
}

const isNewer = ({ type, last_seen }: Memory, oldest: ReadonlyMap<Memory['type'], number>) =>
  last_seen.getTime() > (oldest.get(type) ?? Number.NEGATIVE_INFINITY);

const oldestTimes = (recent: readonly Memory[]) =>
  new Map(oldestOfEachType(recent).map(({ type, last_seen }) => [type, last_seen.getTime()]));

function oldestOfEachType(recent: readonly Memory[]): Memory[] {
  const oldest = new Map<Memory['type'], Memory>();
  for (const memory of recent) {
    const other = oldest.get(memory.type);
    if (other === undefined || memory.last_seen < other.last_seen) oldest.set(memory.type, memory);
  }
  return [...oldest.values()];
}
