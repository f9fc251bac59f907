import { createGroupQueue } from '@learning-loop/async/group-limit';
import { parsePostgresUrl } from '@learning-loop/service/config/postgres-url';
import { isTracing } from '@learning-loop/service/observability/tracing';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { Kysely, type LogEvent, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { destroyDeadConnections, withAcquireTimeout } from './client/connection-watchdog.ts';
import { cachedPlanSettings, PreparedClient, pooledClient } from './client/prepared-client.ts';
import { frozenAfterMs, type StatementLimits, sessionLimits } from './client/session-limits.ts';
import type { Database } from './schema/database.ts';

/** Statements outside a trace, such as polling, get no span. Parameter values are never recorded. */
function traceStatement({ level, query: { sql }, queryDurationMillis }: LogEvent): void {
  if (!trace.getActiveSpan()) return;
  const endTime = Date.now();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': sql };
  const options = { kind: SpanKind.CLIENT, startTime: endTime - queryDurationMillis, attributes };
  const span = trace.getTracer('learning-loop').startSpan(`pg ${toSpanName(sql)}`, options);
  if (level === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endTime);
}

/** Verb and first table: `insert outbox`, `with selections`, `commit`. */
function toSpanName(sql: string): string {
  const [verb = ''] = /\w+/u.exec(sql) ?? [];
  const table = /\b(?:from|into|update) "?(\w+)\b(?!\()/iu.exec(sql)?.[1];
  return [verb, table].filter(Boolean).join(' ').toLowerCase();
}

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

interface ConnectOptions {
  max?: number;
  name?: string;
  /** Restricts this process to its own tables. Ignored with a pooler, where the URL's user has to be the role. */
  role?: string;
  onIdleError?: (error: Error) => void;
  /** Fail queries after this time without any response. Also keeps idle connections, which else close after 10 s. */
  serverTimeoutMs?: number;
  /** For processes that work on: gives up connections whose server has fallen silent, so that they connect anew. */
  leavesSilentServer?: boolean;
  /** Default: a minute for each statement. */
  limits?: StatementLimits;
}

const IDLE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Of a connection that waits for an answer; then the kernel asks whether the server is there, every second. */
const KEEP_ALIVE_AFTER_MS = 5_000;
const INT8 = 20;
const NUMERIC = 1700;
// Read as numbers: no count of ours exceeds 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);
types.setTypeParser(NUMERIC, Number);

/** Connects at the first query. `pooler=transaction` in the URL declares a pooler in transaction mode. */
export function connectDb(
  databaseUrl: string,
  { max = 10, name = 'learning-loop', role, onIdleError, serverTimeoutMs, ...options }: ConnectOptions = {},
): Db {
  const silentMs = serverTimeoutMs ?? (options.leavesSilentServer ? frozenAfterMs : undefined);
  const watchdog = silentMs && { serverTimeoutMs: silentMs, isEnded: () => pool.ended };
  const { pooled, connection } = parsePostgresUrl(databaseUrl);
  const pool: pg.Pool = new pg.Pool({
    Client: pooled ? pooledClient(options.limits) : PreparedClient,
    application_name: name,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...connection,
    // Part of the startup message: no extra round trip.
    ...(pooled ? {} : { options: toStartupOptions(connection.options, role, options.limits) }),
    max,
    types,
    // Connecting to a busy server may take longer than callers wait, so connections are kept.
    idleTimeoutMillis: serverTimeoutMs === undefined ? IDLE_TIMEOUT_MS : 0,
    ...(watchdog ? { stream: destroyDeadConnections(connection, watchdog) } : {}),
  });
  // Without listeners an error of a connection, idle or in a transaction, would end the process.
  pool.on('error', (error) => onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: serverTimeoutMs ? withAcquireTimeout(pool, serverTimeoutMs) : pool,
    }),
    ...(isTracing() ? { log: traceStatement } : {}),
  });
  if (pooled) pooledDatabases.add(db);
  tenantShares.set(db, createGroupQueue(Math.max(1, Math.floor(max * tenantShare))));
  return db;
}

/** Never rejects. */
export async function isReachable(db: Db): Promise<boolean> {
  return await db
    .selectNoFrom((no) => no.lit(1).as('one'))
    .execute()
    .then(
      () => true,
      () => false,
    );
}

/** Of the connections: what the requests of one tenant hold at once, however long they take. */
const tenantShare = 0.5;
const tenantShares = new WeakMap<Db, ReturnType<typeof createGroupQueue>>();

/** Runs `work` when its tenant holds less than its share of the connections. */
export function withinTenantShare<R>(db: Db, tenantId: string, work: () => Promise<R>): Promise<R> {
  return tenantShares.get(db)?.(tenantId, work) ?? work();
}

const pooledDatabases = new WeakSet<Db>();

/** If true, no lock and no setting outlives its transaction. */
export const usesTransactionPooler = (db: Db): boolean => pooledDatabases.has(db);

/** The last of two values of a setting counts: for limits that of the URL, otherwise ours. */
function toStartupOptions(
  ofUrl: string | undefined,
  role: string | undefined,
  limits: StatementLimits | undefined,
): string {
  const ours = role ? [`role=${role}`, ...cachedPlanSettings] : cachedPlanSettings;
  return [...toFlags(sessionLimits(limits)), ofUrl, ...toFlags(ours)].filter(Boolean).join(' ');
}

const toFlags = (settings: string[]): string[] => settings.map((setting) => `-c ${setting}`);
