import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type ApiKey, findKey, hasAnyKey, recordKeyUsage } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

/** A key as its holder has it: `ll_<public>_<secret>`. The public part names it, also in logs. */
export interface ApiKeyParts {
  key_id: string;
  secret: string;
}

const shape = /^ll_([0-9a-z]{16})_([\w-]{43})$/u;

/** A new key with 256 random bits in its secret. */
export function createApiKey(): ApiKeyParts & { secret_hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { key_id: randomBytes(8).toString('hex'), secret, secret_hash: hashSecret(secret) };
}

export const formatApiKey = ({ key_id, secret }: ApiKeyParts): string => `ll_${key_id}_${secret}`;

/** The parts of what claims to be a key; undefined when it cannot be one. */
function readKey(text: string): ApiKeyParts | undefined {
  const [, key_id, secret] = shape.exec(text) ?? [];
  return key_id === undefined || secret === undefined ? undefined : { key_id, secret };
}

/** Takes as long for a wrong secret as for the right one. */
function isSecret(secret: string, secretHash: Buffer): boolean {
  return timingSafeEqual(hashSecret(secret), secretHash);
}

const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Who calls, as the key says. */
export type Caller = Pick<ApiKey, 'tenant_id' | 'key_id' | 'role'>;

export interface ApiKeyStore extends AsyncDisposable {
  /** The caller with this key; undefined when the key is unknown, wrong, expired or revoked. */
  authenticate(key: string): Promise<Caller | undefined>;
  /** Whether any key was ever made. */
  hasKeys(): Promise<boolean>;
}

/** A revoked key opens nothing after this many ms, and neither does a missing one once the first is made. */
const freshMs = 5_000;
const mostRemembered = 10_000;
const noteEveryMs = 10_000;
/** Compared with when there is no such key, so that this takes as long. */
const nobodysHash = Buffer.alloc(32);

// Looked up at each call, so that a test can turn it.
const clock = { now: () => performance.now() };

/** Knows the keys of the database, not older than 5 s, and remembers `most` of them at a time. */
export function createApiKeyStore(db: Db, log: Logger, most = mostRemembered): ApiKeyStore {
  const keys = new LRUCache<string, { key: ApiKey | undefined }>({
    max: most,
    ttl: freshMs,
    perf: clock,
    fetchMethod: async (keyId) => ({ key: await findKey(db, keyId) }),
  });
  const existing = new LRUCache<'any', { any: boolean }>({
    max: 1,
    ttl: freshMs,
    perf: clock,
    fetchMethod: async () => ({ any: await hasAnyKey(db) }),
  });
  let uses = new Map<string, Date>();

  async function note(): Promise<void> {
    if (uses.size === 0) return;
    const noted = [...uses].map(([key_id, at]) => ({ key_id, at }));
    uses = new Map();
    await recordKeyUsage(db, noted).catch((err: unknown) => log.debug({ err }, 'key_uses_not_noted'));
  }
  const timer = setInterval(note, noteEveryMs);
  timer.unref();

  return {
    async authenticate(text) {
      const parts = readKey(text);
      if (!parts) return undefined;
      const { key } = await keys.forceFetch(parts.key_id);
      const right = isSecret(parts.secret, key?.secret_hash ?? nobodysHash);
      if (!key || !right || !isLive(key)) return undefined;
      uses.set(key.key_id, new Date());
      return key;
    },
    hasKeys: async () => (await existing.forceFetch('any')).any,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await note();
    },
  };
}

function isLive({ disabled_at, expires_at }: ApiKey): boolean {
  return disabled_at === null && (expires_at === null || expires_at.getTime() > Date.now());
}
