import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createBatcher } from '@learning-loop/async/batcher';
import { type ApiKey, findKeys, hasAnyKey, recordKeyUsage } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { databaseNow } from '@learning-loop/events/clock';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

/** Formatted as `ll_<key_id>_<secret>`. The key id is public and appears in logs. */
export interface ApiKeyParts {
  key_id: string;
  secret: string;
}

const keyPattern = /^ll_([0-9a-z]{16})_([\w-]{43})$/u;

/** The secret has 256 random bits. */
export function createApiKey(): ApiKeyParts & { secret_hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { key_id: randomBytes(8).toString('hex'), secret, secret_hash: hashSecret(secret) };
}

export const formatApiKey = ({ key_id, secret }: ApiKeyParts): string => `ll_${key_id}_${secret}`;

function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, key_id, secret] = keyPattern.exec(text) ?? [];
  return key_id === undefined || secret === undefined ? undefined : { key_id, secret };
}

/** Constant time. */
function matchesHash(secret: string, secretHash: Buffer): boolean {
  return timingSafeEqual(hashSecret(secret), secretHash);
}

const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export type Caller = Pick<ApiKey, 'tenant_id' | 'key_id' | 'role'>;

export interface ApiKeyStore extends AsyncDisposable {
  /** Undefined for an unknown, wrong, expired or revoked key. */
  authenticate(key: string): Promise<Caller | undefined>;
  /** Whether any key was ever created. */
  hasKeys(): Promise<boolean>;
}

/** In ms; for this long a revoked key still works, and so do requests without a key after the first was created. */
const ttlMs = 5_000;
const maxCached = 10_000;
const flushIntervalMs = 10_000;
/** One statement at a time, and a hundred a second: however many guess, they take one of the connections. */
const lookupBatching = { limit: 100, minIntervalMs: 10 };
/** Compared with for unknown keys, so that they take as long. */
const dummyHash = Buffer.alloc(32);

// Read on each call, so that a test can advance it.
const clock = { now: () => performance.now() };

/** `max`: the number of cached keys. */
export function createApiKeyStore(db: Db, log: Logger, max = maxCached): ApiKeyStore {
  const lookups = createBatcher((ids: string[]) => findKeys(db, ids), lookupBatching);
  const keys = new LRUCache<string, { key: ApiKey | undefined }>({
    max,
    ttl: ttlMs,
    perf: clock,
    fetchMethod: async (keyId) => ({ key: await lookups.add(keyId) }),
  });
  const anyKeyCache = new LRUCache<'any', { any: boolean }>({
    max: 1,
    ttl: ttlMs,
    perf: clock,
    fetchMethod: async () => ({ any: await hasAnyKey(db) }),
  });
  let lastUsed = new Map<string, Date>();

  async function flushUsage(): Promise<void> {
    if (lastUsed.size === 0) return;
    const usage = [...lastUsed].map(([key_id, at]) => ({ key_id, at }));
    lastUsed = new Map();
    await recordKeyUsage(db, usage).catch((err: unknown) => log.debug({ err }, 'key_uses_not_noted'));
  }
  const timer = setInterval(flushUsage, flushIntervalMs);
  timer.unref();

  return {
    async authenticate(text) {
      const parts = parseApiKey(text);
      if (!parts) return undefined;
      const { key } = await keys.forceFetch(parts.key_id);
      const matches = matchesHash(parts.secret, key?.secret_hash ?? dummyHash);
      if (!key || !matches || !isLive(key)) return undefined;
      lastUsed.set(key.key_id, new Date(databaseNow()));
      return key;
    },
    hasKeys: async () => (await anyKeyCache.forceFetch('any')).any,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flushUsage();
    },
  };
}

function isLive({ disabled_at, expires_at }: ApiKey): boolean {
  return disabled_at === null && (expires_at === null || expires_at.getTime() > databaseNow());
}
