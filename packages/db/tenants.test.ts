import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import {
  answerOf,
  facets,
  feedbackOf,
  fillTenant,
  interactionOf,
  memoryOf,
  modelOf,
  ownIds,
  selectionOf,
  sharedIds,
  shownAt,
  type Twin,
  twins,
  updateOf,
  user_id,
} from '@learning-loop/testing/database/tenant-rows';
import { sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDb, type Db } from './connect.ts';
import type { Database } from './schema/database.ts';
import { requestMissingEmbeddings } from './users/embeddings.ts';

const folders = ['loop', 'users', 'privacy', 'training', 'access', 'console'];
const sources = folders.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `./${folder}/${file}`),
);
const modules: Record<string, unknown>[] = await Promise.all(
  [...sources, './transactions.ts'].map((source) => import(source)),
);
const exported = modules.flatMap((module) =>
  Object.entries(module).filter(([, value]) => typeof value === 'function'),
);

type Tx = Transaction<Database>;
// biome-ignore lint/suspicious/noExplicitAny: the table below calls every function with its own arguments
type Run = (...args: any[]) => any;
type Call = (run: Run, db: Db, own: Twin) => Promise<unknown>;

const user = ({ tenant_id }: Twin) => ({ tenant_id, user_id });
const key = ({ tenant_id }: Twin, memory_id = sharedIds.goal) => ({ tenant_id, user_id, memory_id });
const experiment = ({ tenant_id }: Twin) => ({ tenant_id, experiment_id: sharedIds.experiment });
const fineTune = ({ tenant_id }: Twin) => ({ tenant_id, dataset_version: 'v1', provider: 'openai' });
const build = ({ tenant_id }: Twin) => ({ tenant_id, build_id: sharedIds.build, attempt: 1 });
/** A further id of the same tenant. */
const another = (id: string) => `${id.slice(0, -1)}${Number(id.slice(-1)) + 2}`;
const inTx = (db: Db, work: (tx: Tx) => Promise<unknown>) => db.transaction().execute(work);
const findOwn = async (db: Db, table: 'models' | 'erasures' | 'experiments', { tenant_id }: Twin) =>
  await db.selectFrom(table).selectAll().where('tenant_id', '=', tenant_id).executeTakeFirstOrThrow();
const findModel = async (db: Db, { tenant_id }: Twin, modelId: string) =>
  await db
    .selectFrom('models')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('model_id', '=', modelId)
    .executeTakeFirstOrThrow();
const long = new Date(shownAt.getTime() - 1);
const limits = { goals: 5, preferences: 5, history: 5, selections: 5 };

/** Every function that takes a tenant, and how it is called for one of the twins. */
const ofOneTenant: Record<string, Call> = {
  // access
  insertKey: (run, db, { tenant_id, digit }) =>
    run(db, {
      tenant_id,
      key_id: `new${digit}`,
      role: 'app',
      name: '',
      secret_hash: Buffer.alloc(32, 1),
      expires_at: null,
    }),
  listKeys: (run, db, { tenant_id }) => run(db, tenant_id),
  // console
  loadActivity: (run, db, { tenant_id }) => run(db, tenant_id, { since: long, bucketSeconds: 60 }),
  deadLettersByConsumer: (run, db, { tenant_id }) => run(db, tenant_id),
  findDeadLetterPayload: (run, db, own) => run(db, own.tenant_id, ownIds(own).deadLetter),
  searchUsers: (run, db, { tenant_id }) =>
    Promise.all(['', 'a'].map((prefix) => run(db, tenant_id, { prefix, limit: 10 }))),
  listPersonaUpdates: (run, db, { tenant_id }) => run(db, tenant_id, user_id, 10),
  listInteractionOutcomes: (run, db, { tenant_id }) => run(db, tenant_id, user_id, 10),
  // loop
  insertDeadLetter: (run, db, own) =>
    inTx(db, (tx) => {
      const row = {
        event_id: ownIds(own).event,
        event: 'hypothesis.selected',
        ...user(own),
        payload: {},
        pending: [],
      };
      return run(tx, 'memory', row, { error: 'x', attempts: 1 });
    }),
  listDeadLetters: (run, db, { tenant_id }) => run(db, tenant_id, 10),
  replayDeadLetter: (run, db, own) => run(db, own.tenant_id, ownIds(own).deadLetter),
  insertInteractions: (run, db, own) =>
    run(db, [
      { ...interactionOf(own, sharedIds.goal), user_id: `erased ${own.word}` },
      interactionOf(own, sharedIds.history),
    ]),
  findInteraction: (run, db, { tenant_id }) => run(db, tenant_id, sharedIds.selected),
  findInteractions: (run, db, { tenant_id }) => run(db, [{ tenant_id, interaction_id: sharedIds.selected }]),
  findByText: (run, db, { tenant_id }) =>
    run(db, { tenantId: tenant_id, userId: user_id, text: 'build api', limit: 10 }),
  insertSelections: (run, db, own) => {
    const event = { ...selectionOf(own), event_id: another(ownIds(own).event) };
    return run(db, [
      { event: { ...event, interaction_id: sharedIds.open }, answer: answerOf(own), shown_at: shownAt },
    ]);
  },
  listTenantSelections: (run, db, { tenant_id }) =>
    run(db, tenant_id, { window: 10, perUser: 10, total: 10, youngSince: shownAt }),
  // privacy
  requestErasure: (run, db, own) => run(db, user(own), sharedIds.goal),
  findErasure: (run, db, { tenant_id }) => run(db, tenant_id, sharedIds.erasure),
  finishErasure: async (run, db, own) =>
    run(db, await findOwn(db, 'erasures', own), {
      rows: {},
      training_log_records: 0,
      dataset_samples: {},
      models: [],
    }),
  recordErasureError: async (run, db, own) => run(db, await findOwn(db, 'erasures', own), `no ${own.word}`),
  markForRetraining: (run, db, { tenant_id }) => run(db, tenant_id, { with: ['v1'], kept: ['v2'] }),
  markIfErasedMeanwhile: async (run, db, own) => {
    const receipt = { rows: {}, training_log_records: 0, dataset_samples: { 'v1/file': 1 }, models: [] };
    await db
      .updateTable('erasures')
      .set({ receipt: JSON.stringify(receipt) })
      .where('tenant_id', '=', own.tenant_id)
      .execute();
    return run(db, own.tenant_id, 'mine');
  },
  deleteUserRows: (run, db, own) => run(db, user(own)),
  readUserRows: (run, db, own) =>
    inTx(db, async (tx) => {
      const found: string[][] = [];
      for await (const rows of run(tx, 'memories', user(own)) as AsyncIterable<string[]>) found.push(rows);
      return found;
    }),
  requestBuild: (run, db, { tenant_id }) => run(db, tenant_id, sharedIds.goal),
  listBuilds: (run, db, { tenant_id }) => run(db, tenant_id, 10),
  heartbeatBuild: (run, db, own) => run(db, build(own), 'splitting'),
  finishBuild: (run, db, own) => run(db, build(own), { status: 'failed', error: 'x' }),
  startExperiment: async (run, db, own) => {
    const variants = [{ model_id: 'idle', weight: 1 }];
    return run(db, { tenant_id: own.tenant_id, experiment_id: sharedIds.goal, kind: 'llm', variants });
  },
  listExperiments: (run, db, { tenant_id }) => run(db, tenant_id, 10),
  findRunningExperiment: (run, db, { tenant_id }) => run(db, tenant_id, 'ranker'),
  endExperimentsWithModel: async (run, db, own) => {
    const model = await findModel(db, own, 'mine');
    return inTx(db, (tx) => run(tx, model, 'promoted', 'x'));
  },
  stopExperiment: (run, db, own) => run(db, experiment(own), 'no_difference', 'x'),
  saveSnapshot: (run, db, own) =>
    run(db, experiment(own), { sample_ratio_evidence: 2, variants: {} }, { decides: true }),
  listSnapshots: (run, db, own) => run(db, experiment(own)),
  requestFineTune: (run, db, own) => run(db, { ...fineTune(own), dataset_version: 'v2' }),
  updateFineTune: (run, db, own) => run(db, fineTune(own), { status: 'failed', error: own.word }),
  loadLearningMetrics: (run, db, { tenant_id }) =>
    Promise.all(['model', 'day'].map((by) => run(db, tenant_id, by, long))),
  insertModel: (run, db, own) => run(db, modelOf(own, 'new')),
  listModels: (run, db, { tenant_id }) => run(db, tenant_id, 10),
  findModel: (run, db, { tenant_id }) => run(db, tenant_id, 'mine'),
  findActiveModel: (run, db, { tenant_id }) => run(db, tenant_id, 'ranker'),
  updateModelMetrics: async (run, db, own) => run(db, await findModel(db, own, 'mine'), { ips: 1 }),
  listModelChanges: (run, db, { tenant_id }) => run(db, tenant_id, 10),
  changeStatus: async (run, db, own) => {
    const model = await findModel(db, own, 'mine');
    return inTx(db, (tx) => run(tx, model, 'rejected', 'x'));
  },
  promote: (run, db, { tenant_id }) => run(db, tenant_id, 'mine', 'x'),
  rollBack: (run, db, { tenant_id }) => run(db, tenant_id, 'idle', 'x'),
  loadVariantStats: async (run, db, own) => run(db, await findOwn(db, 'experiments', own)),
  // users
  correctMemory: (run, db, own) =>
    run(db, key(own), {
      content: { content: 'corrected', content_key: 'history key' },
      status: 'superseded',
    }),
  forgetMemory: (run, db, own) => run(db, key(own)),
  requestEmbeddings: (run, db, own) =>
    inTx(db, (tx) => run(tx, [memoryOf(own, 'history', sharedIds.history)])),
  storeEmbeddings: async (run, db, own) => {
    const { tried_at } = await db
      .selectFrom('embeddings')
      .select(sql<string>`tried_at::text`.as('tried_at'))
      .where('tenant_id', '=', own.tenant_id)
      .executeTakeFirstOrThrow();
    return run(db, 'other', [{ ...key(own), content: '', tried_at, vector: Float32Array.of(9) }]);
  },
  readEmbeddings: (run, db, own) => run(db, user(own), [sharedIds.goal], 'bge'),
  insertFeedback: (run, db, own) =>
    inTx(db, (tx) =>
      run(
        tx,
        {
          ...feedbackOf(own),
          event_id: another(ownIds(own).feedback),
        },
        shownAt,
      ),
    ),
  listRecentFeedback: (run, db, own) => inTx(db, (tx) => run(tx, [user(own)], 10)),
  listRecentMemories: (run, db, { tenant_id }) =>
    run(db, { tenantId: tenant_id, userId: user_id, types: ['goal', 'history'], limit: 10 }),
  listMemories: (run, db, { tenant_id }) =>
    run(db, { tenantId: tenant_id, userId: user_id, withSuperseded: true, limit: 10 }),
  findMemories: (run, db, { tenant_id }) => run(db, tenant_id, user_id, [sharedIds.goal]),
  listInteractionMemories: (run, db, { tenant_id }) => run(db, tenant_id, sharedIds.selected),
  listRecentHistory: (run, db, own) => inTx(db, (tx) => run(tx, [user(own)], 10)),
  findPersona: (run, db, { tenant_id }) => run(db, tenant_id, user_id),
  findPersonas: (run, db, own) => run(db, [user(own)]),
  lockPersonas: (run, db, own) =>
    inTx(db, (tx) => run(tx, [user(own), { ...user(own), user_id: 'new' }], facets)),
  savePersonas: (run, db, own) => {
    const persona = {
      ...user(own),
      facets: { ...facets, formal: 1 },
      interaction_count: 9,
      moved_at: shownAt,
    };
    const event_id = another(ownIds(own).update);
    return inTx(db, (tx) => run(tx, [persona], [{ ...updateOf(own), event_id }]));
  },
  updatesSince: (run, db, own) =>
    inTx(db, (tx) => run(tx, [{ ...user(own), occurred_at: long.toISOString() }])),
  rewriteUpdates: (run, db, own) =>
    inTx(db, (tx) => run(tx, [{ ...updateOf(own), new_facets: { ...facets, formal: 0 } }])),
  findPersonaUpdate: (run, db, own) => run(db, { ...user(own), event_id: ownIds(own).update }),
  loadProfiles: (run, db, own) => run(db, [user(own)], limits),
  listExcludedUsers: (run, db, { tenant_id }) => run(db, tenant_id),
  setTrainingOptOut: (run, db, own) => run(db, user(own), true),
  findOptedOut: (run, db, own) => run(db, [user(own), { ...user(own), user_id: `shy ${own.word}` }]),
  upsertMemories: (run, db, own) =>
    inTx(db, (tx) =>
      run(tx, [{ ...memoryOf(own, 'goal', sharedIds.goal), seen_at: long.toISOString(), content: 'older' }]),
    ),
  supersedeOlder: async (run, db, own) => {
    const preferences = ['old', 'new'].map((name, i) => ({
      ...{
        ...memoryOf(own, 'preference', sharedIds.open),
        content_key: name,
        content: name,
        slot: 'framework',
      },
      ...{ memory_id: i === 0 ? sharedIds.open : sharedIds.build, confidence: 0.8, tags: sql`'{}'` as never },
    }));
    for (const { interaction_id: _, seen_at, ...memory } of preferences) {
      const at = memory.content_key === 'old' ? long : seen_at;
      await db
        .insertInto('memories')
        .values({ ...memory, first_seen: at, last_seen: at })
        .execute();
    }
    return inTx(db, (tx) => run(tx, preferences));
  },
  asTenant: (run, db, { tenant_id }) =>
    run(db, tenant_id, (tx: Tx) =>
      tx.selectFrom('memories').select(['tenant_id', 'content']).orderBy('type').execute(),
    ),
};

/** These work across tenants on purpose, or touch no row; why, in a word. */
const ofNoTenant: Record<string, string> = {
  findKeys: 'finds the tenant of a key',
  hasAnyKey: 'of the installation',
  disableKey: 'by the key, which is unique',
  recordKeyUsage: 'by the key, which is unique',
  pendingByConsumer: 'a metric of the installation',
  loadDatasetState: 'a metric of the installation',
  countModels: 'a metric of the installation',
  insertEvents: 'each event names its tenant',
  loadPending: 'by the event, which is unique',
  settle: 'by the event, which is unique',
  outboxDepth: 'a metric of the installation',
  takeOverdue: 'the sweeper serves all tenants',
  watchOutbox: 'a metric of the installation',
  listPending: 'a worker serves all tenants',
  eventStatus: 'by the event, which is unique',
  listPendingErasures: 'the trainer erases for all tenants',
  notErased: 'a condition, tried by what inserts with it',
  deleteOlder: 'the retention of the installation',
  listUserTables: 'names of tables',
  requirePending: 'of the trainer, which erases for all tenants',
  renewStatistics: 'statistics of the planner',
  vacuum: 'files of tables',
  keyOldReceipts: 'the trainer keys the receipts of all tenants',
  datedPayload: 'a column, tried by what inserts with it',
  loadWrittenProfiles: 'tried by loadProfiles',
  parseMemories: 'reads a text',
  parsePersona: 'reads a text',
  parseSelections: 'reads a text',
  readDatabaseTime: 'of the server',
  requireAccess: 'of the database',
  repairAccess: 'of the database',
  takeBuild: 'the trainer builds for all tenants',
  findDueDatasetBuilds: 'the trainer builds for all tenants',
  listTenantsWithSelections: 'the trainer builds for all tenants',
  listRunningExperiments: 'the trainer evaluates for all tenants',
  listDueFineTunes: 'the trainer tunes for all tenants',
  listRankersWithout: 'the trainer evaluates for all tenants',
  requestMissingEmbeddings: 'the backfill goes through all tenants',
  takeDueEmbeddings: 'the memory worker embeds for all tenants',
  lockUserSlots: 'takes a lock and touches no row',
  lockRegistry: 'takes a lock and touches no row',
  withinTransaction: 'runs what it is given',
  withAdvisoryLock: 'runs what it is given',
  withTransactionLock: 'runs what it is given',
  beginLeaseSession: 'settings of a session',
  requireSession: 'asks whether a session is there',
  waitForOlderTransactions: 'of the server',
  waitForBuilds: 'of the installation',
};

test('every function of the package is in one of the two tables, so that a new one is not forgotten', () => {
  const names = exported.map(([name]) => name).toSorted();
  expect(names).toEqual([...Object.keys(ofOneTenant), ...Object.keys(ofNoTenant)].toSorted());
});

describe.each([
  [twins[0], twins[1]],
  [twins[1], twins[0]],
])('for $tenant_id, beside a tenant with the same user', (own, twin) => {
  let alone: Db;
  let beside: Db;
  /** Whether the databases hold what fillTenant wrote: a function that only reads leaves them so. */
  let filled = false;
  beforeAll(async () => {
    [alone, beside] = await Promise.all([connectNew(), connectNew()]);
  });
  afterAll(async () => {
    await Promise.all([alone.destroy(), beside.destroy()]);
  });

  test.each(exported.filter(([name]) => name in ofOneTenant))(
    '%s does the same as without the other, and leaves the other alone',
    async (name, run) => {
      const call = ofOneTenant[name];
      if (!call || typeof run !== 'function') throw new Error(`${name} is no function`);
      if (!filled) await Promise.all([refill(alone, [own]), refill(beside, [twin, own])]);
      filled = false;
      const before = { own: await rowsOf(beside, own), twin: await rowsOf(beside, twin) };
      const results = await Promise.all([alone, beside].map((db) => call(run as Run, db, own)));
      const [result, resultBeside] = results.map(plain);
      expect(resultBeside).toEqual(result);
      expect(await rowsOf(beside, twin)).toEqual(before.twin);
      const after = await rowsOf(beside, own);
      expect(after).toEqual(await rowsOf(alone, own));
      expect(JSON.stringify([resultBeside, after])).not.toContain(twin.word);
      filled = JSON.stringify(after) === JSON.stringify(before.own);
      // A call that finds nothing and changes nothing would pass without a reason.
      expect(filled && isEmpty(result)).toBe(false);
    },
  );
});

/** Calls for one tenant with an id that is the other's alone. */
const intrusions: Record<string, (run: Run, db: Db, own: Twin, twin: Twin) => Promise<unknown>> = {
  findDeadLetterPayload: (run, db, own, twin) => run(db, own.tenant_id, ownIds(twin).deadLetter),
  replayDeadLetter: (run, db, own, twin) => run(db, own.tenant_id, ownIds(twin).deadLetter),
  findPersonaUpdate: (run, db, own, twin) => run(db, { ...user(own), event_id: ownIds(twin).update }),
  rewriteUpdates: (run, db, own, twin) =>
    inTx(db, (tx) => run(tx, [{ ...updateOf(own), event_id: ownIds(twin).update, new_facets: facets }])),
};

test.each(exported.filter(([name]) => name in intrusions))(
  '%s finds nothing by an id of another tenant, and changes nothing',
  async (name, run) => {
    const [own, twin] = twins;
    await using db = await connectNew();
    await refill(db, [own, twin]);
    const before = [await rowsOf(db, own), await rowsOf(db, twin)];
    const result = await intrusions[name]?.(run as Run, db, own, twin);
    expect(isEmpty(result)).toBe(true);
    expect([await rowsOf(db, own), await rowsOf(db, twin)]).toEqual(before);
  },
);

test('the backfill requests the embedding that one tenant lacks and its twin has', async () => {
  const [own, twin] = twins;
  await using db = await connectNew();
  await refill(db, [own, twin]);
  await db.deleteFrom('embeddings').where('tenant_id', '=', own.tenant_id).execute();
  await requestMissingEmbeddings(db, { tenant_id: '', user_id: '', memory_id: sharedIds.goal }, 100);
  const requested = await db
    .selectFrom('embeddings')
    .select(['tenant_id', 'memory_id'])
    .where('memory_id', '=', sharedIds.goal)
    .orderBy('tenant_id')
    .execute();
  expect(requested.map(({ tenant_id }) => tenant_id)).toEqual([own.tenant_id, twin.tenant_id]);
});

async function connectNew(): Promise<Db> {
  return connectDb(await databaseForTest());
}

const tables = async (db: Db) => {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns join pg_class on relname = table_name and not relispartition
    where table_schema = 'public' and column_name = 'tenant_id' and relkind in ('r', 'p') order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
};

async function refill(db: Db, tenants: Twin[]): Promise<void> {
  await sql`truncate ${sql.join((await tables(db)).map((name) => sql.table(name)))}`.execute(db);
  for (const tenant of tenants) await fillTenant(db, tenant);
}

/** All rows of a tenant by table; times of this test and ids that were made in it are the same everywhere. */
async function rowsOf(db: Db, { tenant_id }: Twin): Promise<unknown> {
  const entries: [string, unknown][] = [];
  for (const name of await tables(db)) {
    const { rows } = await sql`select * from ${sql.table(name)} where tenant_id = ${tenant_id}`.execute(db);
    entries.push([name, rows.map((row) => JSON.stringify(plain(row))).toSorted()]);
  }
  return Object.fromEntries(entries);
}

const fixedIds = new Set([
  ...Object.values(sharedIds),
  ...twins.flatMap((twin) => Object.values(ownIds(twin))),
]);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
const recent = () => Date.now() - 3_600_000;

function plain(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value].map(plain);
  if (value instanceof Float32Array) return [...value];
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (value instanceof Date) return value.getTime() > recent() ? '(now)' : value.toISOString();
  if (typeof value === 'string' && uuid.test(value))
    return fixedIds.has(value) || value.startsWith(sharedIds.goal.slice(0, 8)) ? value : '(id)';
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/u.test(value))
    return Date.parse(value) > recent() ? '(now)' : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  return value;
}

const isEmpty = (result: unknown) =>
  result === undefined ||
  result === null ||
  result === false ||
  (Array.isArray(result) && result.flat().length === 0);
