/** A process that has shown no sign of life for this long, in ms, is taken for frozen: others take over. */
export const frozenAfterMs = 6_000;

/** Less than half of `frozenAfterMs`: one sign of life may be late. */
export const signOfLifeMs = 1_500;

/** Whoever waits for a lock of a frozen process gets it before. */
const lockMs = 10_000;

const networkMs = 8_000;

export interface StatementLimits {
  /** For one statement, in ms; 0 is none. */
  statementMs: number;
}

const shortStatements: StatementLimits = { statementMs: 60_000 };

/** For statements that read whole tables. */
export const longStatements: StatementLimits = { statementMs: 3_600_000 };

/** What bounds the time for which a transaction of a frozen process, or one behind a dead network, holds its locks. */
const transactionSettings = ({ statementMs } = shortStatements): [string, number][] => [
  ['idle_in_transaction_session_timeout', frozenAfterMs],
  ['lock_timeout', lockMs],
  ['statement_timeout', statementMs],
];

/** The kernel gives up a connection on which nobody acknowledges, or nobody reads, for about `networkMs`. */
const networkSettings: [string, number][] = [
  ['tcp_user_timeout', networkMs],
  ['tcp_keepalives_idle', 3],
  ['tcp_keepalives_interval', 2],
  ['tcp_keepalives_count', 3],
];

/** For the startup message of a session, such as `lock_timeout=10000`. */
export const sessionLimits = (limits?: StatementLimits): string[] =>
  [...transactionSettings(limits), ...networkSettings].map(([name, value]) => `${name}=${value}`);

/** Through a pooler, whose sessions belong to nobody, each transaction begins with its limits. */
export const beginWithLimits = (limits?: StatementLimits): string =>
  ['begin', ...transactionSettings(limits).map(([name, value]) => `set local ${name} = ${value}`)].join('; ');
