import { isTracing } from '@learning-loop/service/observability/tracing';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { Kysely, type LogEvent, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { destroyDeadConnections, withAcquireTimeout } from './client/connection-watchdog.ts';
import { CallbackClient, keptPlanSettings, PreparedClient } from './client/prepared-client.ts';
import type { Database } from './schema/database.ts';

/**
 * Tells a statement as a span of the trace that it was made in. What belongs to none, such as looking whether there is
 * work, is not told. Values are not told either: statements have places for them.
 */
function traceStatement({ level, query: { sql }, queryDurationMillis }: LogEvent): void {
  if (!trace.getActiveSpan()) return;
  const to = Date.now();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': sql };
  const options = { kind: SpanKind.CLIENT, startTime: to - queryDurationMillis, attributes };
  const span = trace.getTracer('learning-loop').startSpan(`pg ${nameOf(sql)}`, options);
  if (level === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(to);
}

/** What the statement does, and the first table that it names: `insert outbox`, `with selections`, `commit`. */
function nameOf(sql: string): string {
  const [verb = ''] = /\w+/u.exec(sql) ?? [];
  const table = /\b(?:from|into|update) "?(\w+)\b(?!\()/iu.exec(sql)?.[1];
  return [verb, table].filter(Boolean).join(' ').toLowerCase();
}

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

interface ConnectOptions {
  /** Connections at most. */
  max?: number;
  /** What `pg_stat_activity` shows. */
  name?: string;
  /** The role to work under: what this process has no business with stays out of its reach. */
  role?: string;
  /** Told of a connection that broke while idle; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void;
  /**
   * A server that is silent for so long, in ms, counts as away, and who waits for it gets an error; else 5 s. Who waits
   * so little keeps its connections; those of others end after 10 s without use.
   */
  serverTimeoutMs?: number;
}

const IDLE_MS = 10_000;
const CONNECT_MS = 5_000;
const INT8 = 20;
const NUMERIC = 1700;
// Counts come back as numbers: none of ours passes 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);
types.setTypeParser(NUMERIC, Number);

/**
 * A pool of connections. Nothing connects before the first query. A query fails when it gets no connection in time;
 * with `serverTimeoutMs`, no query waits longer than that for a server that does not answer at all. `pooler=transaction`
 * among the URL's parameters says that there is a pooler in that mode before the server.
 */
export function connectDb(
  databaseUrl: string,
  { max = 10, name = 'learning-loop', role, onIdleError, serverTimeoutMs }: ConnectOptions = {},
): Db {
  const watchdog = serverTimeoutMs && { serverTimeoutMs, ended: () => pool.ended };
  const pooled = isPooled(databaseUrl);
  const pool: pg.Pool = new pg.Pool({
    Client: pooled ? CallbackClient : PreparedClient,
    connectionString: databaseUrl,
    application_name: name,
    // Set as the connection opens, so that it costs no round trip.
    ...(pooled ? {} : { options: startOptions(role) }),
    max,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    // To make a connection takes a busy server longer than some callers wait: those that are made stay.
    idleTimeoutMillis: serverTimeoutMs === undefined ? IDLE_MS : 0,
    ...(watchdog ? { stream: destroyDeadConnections(databaseUrl, watchdog) } : {}),
    keepAlive: true,
  });
  // Without listeners the error of a connection, idle or in a transaction, would end the process.
  pool.on('error', (error) => onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: serverTimeoutMs ? withAcquireTimeout(pool, serverTimeoutMs) : pool,
    }),
    ...(isTracing() ? { log: traceStatement } : {}),
  });
  if (pooled) throughPooler.add(db);
  return db;
}

/** Whether the server answers a statement now. Never rejects. */
export async function isReachable(db: Db): Promise<boolean> {
  return await db
    .selectNoFrom((no) => no.lit(1).as('one'))
    .execute()
    .then(
      () => true,
      () => false,
    );
}

const throughPooler = new WeakSet<Db>();

/** Whether a pooler in transaction mode stands before the server: no lock is kept for longer than a transaction. */
export const usesTransactionPooler = (db: Db): boolean => throughPooler.has(db);

function startOptions(role: string | undefined): string {
  const settings = role ? [`role=${role}`, ...keptPlanSettings] : keptPlanSettings;
  return settings.map((setting) => `-c ${setting}`).join(' ');
}

/**
 * Whether connections are shared with others from one transaction to the next. Then no statement stays prepared and no
 * role stays set: the URL's user is to be the role.
 */
function isPooled(databaseUrl: string): boolean {
  return new URLSearchParams(databaseUrl.split('?')[1]).get('pooler') === 'transaction';
}
