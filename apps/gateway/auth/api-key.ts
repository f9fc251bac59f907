import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its holder has it: `ll_<public>_<secret>`. The public part names it, also in logs. */
export interface Key {
  key_id: string;
  secret: string;
}

const shape = /^ll_([0-9a-z]{16})_([\w-]{43})$/u;

/** A new key with 256 random bits in its secret. */
export function makeKey(): Key & { secret_hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { key_id: randomBytes(8).toString('hex'), secret, secret_hash: hashSecret(secret) };
}

export const showKey = ({ key_id, secret }: Key): string => `ll_${key_id}_${secret}`;

/** The parts of what claims to be a key; undefined when it cannot be one. */
export function readKey(text: string): Key | undefined {
  const [, key_id, secret] = shape.exec(text) ?? [];
  return key_id === undefined || secret === undefined ? undefined : { key_id, secret };
}

/** Takes as long for a wrong secret as for the right one. */
export function isSecret(secret: string, secretHash: Buffer): boolean {
  return timingSafeEqual(hashSecret(secret), secretHash);
}

const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
