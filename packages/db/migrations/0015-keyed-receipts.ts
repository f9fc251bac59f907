import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

/** Of HMAC (RFC 2104): the key, filled to the block of SHA-256, differs from each pad by this byte. */
const blockBytes = 64;
const [innerByte, outerByte] = [0x36, 0x5c];

/**
 * What stays of an erased user is a hash that only this database can reproduce: SHA-256 alone tells whoever guesses the
 * user's id. A version before this one compares with SHA-256, which is replaced when the erasure is done.
 */
const statements = [
  'create table erasure_key (inner_pad bytea not null, outer_pad bytea not null)',
  'create unique index only_one_erasure_key on erasure_key ((true))',
  'alter table erasure_key enable row level security',
  'alter table erasures add column keyed boolean not null default false',
  // Of the owner: requests may compare, and never read the key.
  `create function keyed_hash(hash bytea) returns bytea language plpgsql stable security definer set search_path = '' as $$
    begin
      return (select sha256(outer_pad || sha256(inner_pad || hash)) from public.erasure_key);
    end
  $$`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const key = Buffer.concat([randomBytes(32), Buffer.alloc(blockBytes - 32)]);
  const [inner, outer] = [key.map((byte) => byte ^ innerByte), key.map((byte) => byte ^ outerByte)];
  await sql`insert into erasure_key (inner_pad, outer_pad) values (${Buffer.from(inner)}, ${Buffer.from(outer)})`.execute(
    db,
  );
}
