import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { minUuidAt } from '@learning-loop/events/ids';
import { seedTables } from '@learning-loop/testing/database/hot-queries';
import { emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { findByText, findInteraction, findInteractions, insertInteractions } from '../loop/interactions.ts';
import { createMigrator, migrate } from '../migrate.ts';
import { deleteOlder } from '../privacy/retention.ts';
import { deleteUserRows, listUserTables, renewStatistics } from '../privacy/user-data.ts';
import { asTenant } from '../transactions.ts';
import { convertInteractionsToPartitions } from './convert-to-partitions.ts';
import { analyzeInteractions, createFuturePartitions, listPartitions, startOfMonth } from './partitions.ts';

function connect(url: string, role?: string): Db {
  const db = connectDb(url, { max: 4, ...(role ? { role } : {}) });
  onTestFinished(() => db.destroy());
  return db;
}

/** The present schema with `interactions` as a plain table. */
async function plainDatabase(): Promise<string> {
  const plain = await emptyDatabaseForTest();
  await using plainDb = connectDb(plain);
  expect((await createMigrator(plainDb).migrateToLatest()).error).toBeUndefined();
  return plain;
}

/** Partitions as a trainer leaves them that began in January 2026 and stands in June. */
async function partitionedInJune(): Promise<Db> {
  const db = connect(await plainDatabase());
  expect(await convertInteractionsToPartitions(db, new Date('2026-01-15'))).toBe(true);
  await createFuturePartitions(db, new Date('2026-06-15'));
  return db;
}

const idAt = (time: Date) => minUuidAt(time).slice(0, 24) + randomBytes(6).toString('hex');

/** Stores an interaction of this time; returns its id. */
async function show(db: Db, at: Date, { id = idAt(at), user_id = 'ada' } = {}): Promise<string> {
  const { tenant_id, media_type, model_id, context, hypotheses, used_memories } = selection();
  const shown = { tenant_id, media_type, model_id, context, hypotheses, used_memories };
  const times = { created_at: at.toISOString(), begun: at.toISOString() };
  const by = { ranker_id: 'shipped', llm_id: null, auto_advance: false };
  const stored = { interaction_id: id, user_id, input_text: 'build api', ...shown, ...times, ...by };
  expect(await insertInteractions(db, [stored])).toEqual([true]);
  return id;
}

const names = async (db: Db) => (await listPartitions(db)).map(({ name }) => name);

async function partitionOf(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select tableoid::regclass::text as name from interactions where interaction_id = ${id}`.execute(db);
  return rows[0]?.name;
}

async function count(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from interactions`.execute(db);
  return rows[0]?.n ?? 0;
}

/** For what is waited for on a busy machine. */
const patience = 30_000;

const byText = { tenantId: 'default', userId: 'ada', text: 'build api', limit: 20 };

/** Inserts and reads, as the gateway does, until told to stop; then says how much it has stored. */
function useMeanwhile(url: string): { rounds: () => number; stop: () => Promise<number> } {
  const db = connect(url, 'learning_loop_gateway');
  const owner = connect(url);
  let rounds = 0;
  let stopped = false;
  const lanes = Array.from({ length: 3 }, async () => {
    for (; !stopped; rounds += 1) {
      const interaction_id = await show(db, new Date());
      const [found] = await findInteractions(db, [{ tenant_id: 'default', interaction_id }]);
      expect(found?.interaction_id).toBe(interaction_id);
      const newest = await asTenant(owner, 'default', (tx) => findByText(tx, byText));
      expect(newest.length).toBeGreaterThan(0);
      await setImmediate();
    }
  });
  return {
    rounds: () => rounds,
    async stop() {
      stopped = true;
      await Promise.all(lanes);
      return rounds;
    },
  };
}

test('becomes partitioned while others read and write: nothing fails, and nothing is lost', async () => {
  const url = await plainDatabase();
  const db = connect(url);
  await seedTables(db, 1, 3_000);
  const others = useMeanwhile(url);
  await vi.waitFor(() => expect(others.rounds()).toBeGreaterThan(20), patience);
  const processes = [connect(url), connect(url), connect(url)];
  await Promise.all(processes.map((process) => migrate(process)));
  await vi.waitFor(async () => expect(await names(db)).toHaveLength(3), patience);
  const before = others.rounds();
  await vi.waitFor(() => expect(others.rounds()).toBeGreaterThan(before + 20), patience);
  const stored = await others.stop();
  expect(await count(db)).toBe(3_000 + stored);
  const first = (await names(db))[0] ?? '';
  expect(first).toMatch(/^interactions_until_20\d\d_\d\d$/u);
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(first)}`.execute(db);
  expect(rows).toEqual([{ n: 3_000 + stored }]);
});

/** What others may do with `interactions`, and what helps them to it. */
async function belongings(db: Db) {
  const { rows } = await sql<{ what: string }>`
    select format('%s %s', role, privilege_type) as what from pg_class, aclexplode(relacl),
      lateral pg_get_userbyid(grantee) as role where oid = 'interactions'::regclass
    union all select format('%s %s %s %s %s %s', policyname, permissive, roles, cmd, qual, with_check)
      from pg_policies where tablename = 'interactions'
    union all select replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes where tablename = 'interactions'
    union all select format('%s %s %s %s', attname, atttypid::regtype, attnotnull,
        (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum))
      from pg_attribute where attrelid = 'interactions'::regclass and attnum > 0
    union all select 'row level security' from pg_class where oid = 'interactions'::regclass and relrowsecurity
    order by what`.execute(db);
  return rows.map(({ what }) => what);
}

test('rights, policies, columns and indexes stay as they were, and no partition is reached past them', async () => {
  const db = connect(await plainDatabase());
  const before = await belongings(db);
  expect(before.filter((what) => what.startsWith('learning_loop_')).length).toBeGreaterThan(5);
  expect(before).toContain('row level security');
  const tables = await listUserTables(db);
  await migrate(db);
  expect(await names(db)).toHaveLength(3);
  // The owner's rights are written down as soon as anybody else has some.
  expect(await belongings(db)).toEqual(before);
  expect(await listUserTables(db)).toEqual(tables);
  for (const name of await names(db)) {
    const { rows } = await sql<{ closed: boolean; others: number; policies: number }>`
      select relrowsecurity as closed,
        (select count(*) from pg_roles where rolname like 'learning_loop_%'
          and has_table_privilege(rolname, pg_class.oid, 'select, insert, update, delete')) as others,
        (select count(*) from pg_policies where tablename = relname) as policies
      from pg_class where relname = ${name}`.execute(db);
    expect(rows, name).toEqual([{ closed: true, others: 0, policies: 0 }]);
  }
});

test('reads the table once, before it locks anybody out', async () => {
  const url = await plainDatabase();
  await using filling = connectDb(url);
  await seedTables(filling, 1, 1_000);
  await sql`select pg_stat_force_next_flush()`.execute(filling);
  await sql`select pg_stat_reset()`.execute(filling);
  await using working = connectDb(url, { max: 1 });
  await convertInteractionsToPartitions(working, new Date());
  await sql`select pg_stat_force_next_flush()`.execute(working);
  const { rows } = await sql<{ scans: number; rows: number }>`
    select seq_scan as scans, seq_tup_read as rows from pg_stat_user_tables
    where relname like 'interactions_until_%'`.execute(filling);
  expect(rows).toEqual([{ scans: 1, rows: 1_000 }]);
});

test('what a killed process left half done long ago refuses inserts until the next one takes it up again', async () => {
  const db = connect(await plainDatabase());
  await sql`alter table interactions add constraint interactions_until
    check (interaction_id < ${sql.lit(minUuidAt(new Date('2026-02-01')))}) not valid`.execute(db);
  await expect(show(db, new Date())).rejects.toThrow(/interactions_until/u);
  expect(await convertInteractionsToPartitions(db, new Date())).toBe(true);
  await show(db, new Date());
  const { rows } = await sql`select from pg_constraint where conname = 'interactions_until'`.execute(db);
  expect(rows).toEqual([]);
});

test('a table with ids that are no times stays as it is, and takes every row', async () => {
  const db = connect(await plainDatabase());
  await show(db, new Date(), { id: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' });
  expect(await convertInteractionsToPartitions(db, new Date())).toBe(false);
  expect(await listPartitions(db)).toEqual([]);
  expect(await createFuturePartitions(db, new Date())).toEqual([]);
  await show(db, new Date(), { id: 'e47ac10b-58cc-4372-a567-0e02b2c3d479' });
  expect(await deleteOlder(db, new Date('2100-01-01'))).toMatchObject({ interactions: 2 });
});

test('partitions are made ahead once, whoever makes them', async () => {
  const url = await plainDatabase();
  const db = connect(url);
  await convertInteractionsToPartitions(db, new Date('2026-10-31'));
  expect(await names(db)).toEqual(['interactions_until_2027_01', 'interactions_ahead']);
  const now = new Date('2026-12-31');
  const others = [connect(url), connect(url), connect(url)];
  const made = await Promise.all(others.map((other) => createFuturePartitions(other, now)));
  const months = ['interactions_2027_01', 'interactions_2027_02', 'interactions_2027_03'];
  expect(made.flat()).toEqual(months);
  expect(await createFuturePartitions(db, now)).toEqual([]);
  expect(await names(db)).toEqual(['interactions_until_2027_01', ...months, 'interactions_ahead']);
});

test('what came while nobody made partitions is moved into its own, and the rest stays ahead', async () => {
  const db = await partitionedInJune();
  const [late, later] = [await show(db, new Date('2026-11-03')), await show(db, new Date('2027-02-28'))];
  expect([await partitionOf(db, late), await partitionOf(db, later)]).toEqual([
    'interactions_ahead',
    'interactions_ahead',
  ]);
  await createFuturePartitions(db, new Date('2026-11-15'));
  expect([await partitionOf(db, late), await partitionOf(db, later)]).toEqual([
    'interactions_2026_11',
    'interactions_2027_02',
  ]);
  expect((await names(db)).at(-1)).toBe('interactions_ahead');
  expect(await listUserTables(db)).not.toContain('interactions_early');
});

test('ids of any time are taken and found', async () => {
  const db = await partitionedInJune();
  for (const time of ['1970-01-01T00:00:01Z', '2026-05-31T23:59:59.999Z', '2026-06-01', '2199-12-31']) {
    const id = await show(db, new Date(time));
    expect((await findInteraction(db, 'default', id))?.interaction_id).toBe(id);
    const keys = [{ tenant_id: 'default', interaction_id: id.toUpperCase() }];
    expect(await findInteractions(db, [...keys, { tenant_id: 'default', interaction_id: id }])).toHaveLength(
      2,
    );
  }
  const found = await findByText(db, byText);
  const ids = found.map(({ interaction_id }) => interaction_id);
  expect(ids).toHaveLength(4);
  expect(ids).toEqual(ids.toSorted().toReversed());
});

test('retention drops what is wholly old, deletes from the month of its end, and counts both', async () => {
  const db = await partitionedInJune();
  const kept = ['2026-05-20', '2026-05-31', '2026-06-15'];
  for (const day of ['2026-02-01', '2026-02-02', '2026-04-01', '2026-04-30', '2026-05-19', ...kept])
    await show(db, new Date(day));
  const files = await filesOf(db);
  expect(await deleteOlder(db, new Date('2026-05-20'))).toMatchObject({ interactions: 5 });
  const { rows } = await sql<{ at: Date }>`
    select created_at as at from interactions order by at`.execute(db);
  expect(rows.map(({ at }) => at)).toEqual(kept.map((day) => new Date(day)));
  expect((await names(db)).slice(0, 3)).toEqual([
    'interactions_until_2026_05',
    'interactions_2026_05',
    'interactions_2026_06',
  ]);
  const left = await filesOf(db);
  expect(await deleteOlder(db, new Date('2026-05-20'))).toMatchObject({ interactions: 0 });
  expect(await filesOf(db)).toEqual(left);
  expect(left['interactions_2026_05']).toBe(files['interactions_2026_05']);
  await show(db, new Date('2026-02-03'));
});

/** Where each partition's rows lie. */
async function filesOf(db: Db): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; file: number }>`
    select relname as name, relfilenode::int as file from pg_class where relispartition and relkind = 'r'`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ name, file }) => [name, file]));
}

test('retention keeps what is younger than its id says, and all that is not old', async () => {
  const db = await partitionedInJune();
  const young = await show(db, new Date('2026-06-15'), { id: idAt(new Date('2026-04-10')) });
  await show(db, new Date('2026-02-01'));
  await show(db, new Date('2026-04-11'));
  expect(await deleteOlder(db, new Date('2026-06-01'))).toMatchObject({ interactions: 2 });
  expect(await partitionOf(db, young)).toBe('interactions_2026_04');
  expect(await count(db)).toBe(1);
});

test('the retention of the version before deletes only what is old while all rows are in one partition', async () => {
  const db = connect(await plainDatabase());
  for (const day of ['2026-02-01', '2026-02-02', '2026-04-01', '2026-04-30']) await show(db, new Date(day));
  await migrate(db);
  await sql`delete from interactions where ctid = any(array(
    select ctid from interactions where created_at < '2026-03-01' limit 5000))`.execute(db);
  expect(await count(db)).toBe(2);
});

test('partitions that somebody reads for long are dropped afterwards, and nobody waits behind that for long', async () => {
  const db = await partitionedInJune();
  await show(db, new Date('2026-04-01'));
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const reading = db.transaction().execute(async (tx) => {
    await sql`select from interactions_2026_04`.execute(tx);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const deleting = deleteOlder(db, new Date('2026-05-01'));
  const begun = performance.now();
  for (let round = 0; round < 20; round += 1) await show(db, new Date('2026-06-15'));
  expect(performance.now() - begun).toBeLessThan(20 * 250);
  expect(await names(db)).toContain('interactions_2026_04');
  release.resolve();
  await reading;
  expect(await deleting).toMatchObject({ interactions: 1 });
  expect(await names(db)).not.toContain('interactions_2026_04');
});

test('an erasure leaves nothing in the statistics of any partition', async () => {
  const db = await partitionedInJune();
  for (let n = 0; n < 20; n += 1) {
    await show(db, new Date('2026-04-01'), { user_id: 'canary' });
    await show(db, new Date('2026-05-01'), { user_id: n < 10 ? 'canary' : 'kept' });
  }
  await sql`analyze`.execute(db);
  const found = async () => {
    const { rows } = await sql<{ name: string }>`
      select distinct tablename as name from pg_stats as held where position('canary' in held::text) > 0
      order by name`.execute(db);
    return rows.map(({ name }) => name);
  };
  expect(await found()).toEqual(['interactions', 'interactions_2026_04', 'interactions_2026_05']);
  expect(await deleteUserRows(db, { tenant_id: 'default', user_id: 'canary' })).toMatchObject({
    interactions: 30,
  });
  await renewStatistics(db);
  expect(await found()).toEqual([]);
});

/** The plan that is kept of the only statement with this in it, with these values. */
async function keptPlan(db: Db, part: string, values: string): Promise<string> {
  const { rows: kept } = await sql<{ name: string }>`
    select name from pg_prepared_statements where position(${part} in statement) > 0
      and statement !~ 'pg_prepared_statements'`.execute(db);
  expect(kept).toHaveLength(1);
  const { rows } = await sql
    .raw<{ 'QUERY PLAN': string }>(`explain (costs off) execute "${kept[0]?.name}" (${values})`)
    .execute(db);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

const scanned = (plan: string) => [
  ...new Set([...plan.matchAll(/Scan.* on (interactions_\w+)/gu)].map(([, name]) => name)),
];

test('kept plans look only into the partitions that the ids may be in, and take the newest by text in order', async () => {
  const url = await plainDatabase();
  await using db = connectDb(url, { max: 1 });
  await convertInteractionsToPartitions(db, new Date('2026-01-15'));
  await createFuturePartitions(db, new Date('2026-06-15'));
  await sql`set plan_cache_mode = force_generic_plan`.execute(db);
  const [may, june] = [await show(db, new Date('2026-05-02')), await show(db, new Date('2026-06-02'))];
  const keys = [may, june].map((interaction_id) => ({ tenant_id: 'default', interaction_id }));
  await findInteraction(db, 'default', may);
  await findInteractions(db, keys);
  await findByText(db, byText);
  const one = await keptPlan(db, '"interactions"."interaction_id" = $2', `'default', '${may}'`);
  expect(scanned(one)).toEqual(['interactions_2026_05']);
  const many = await keptPlan(db, 'interactions.interaction_id between', `'[]', '${may}', '${june}'`);
  expect(scanned(many)).toEqual(['interactions_2026_05', 'interactions_2026_06']);
  const text = await keptPlan(db, 'md5(interactions.input_text)', `'default', 'ada', 'a', 'a', 20`);
  expect(scanned(text)).toEqual((await names(db)).toReversed());
  expect(text).not.toMatch(/Sort|Merge/u);
  expect(text).not.toMatch(/Seq Scan/u);
});

test('the planner learns of the whole, too', async () => {
  const db = await partitionedInJune();
  for (const day of ['2026-02-01', '2026-05-01']) await show(db, new Date(day));
  await analyzeInteractions(db);
  const { rows } = await sql<{ distinct: number }>`
    select n_distinct as distinct from pg_stats
    where tablename = 'interactions' and inherited and attname = 'interaction_id'`.execute(db);
  expect(rows).toEqual([{ distinct: -1 }]);
});

test('a month begins at midnight UTC', () => {
  expect(startOfMonth(new Date('2026-11-30T23:59:59.999Z'), 2)).toEqual(new Date('2027-01-01T00:00:00Z'));
});
