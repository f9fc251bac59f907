import { errorCode, StartError } from '@learning-loop/service/errors';

const byCode: Record<string, (error: Error) => string> = {
  ECONNREFUSED: (error) =>
    `PostgreSQL does not listen${at(error)}; start it, or correct the host and port of DATABASE_URL.`,
  ENOTFOUND: (error) => `The host ${hostOf(error)} of DATABASE_URL is unknown; correct it.`,
  EAI_AGAIN: (error) =>
    `The host ${hostOf(error)} of DATABASE_URL cannot be looked up now; correct it, or try again.`,
  ENOENT: () => 'There is no socket where DATABASE_URL looks for one; start PostgreSQL, or correct the host.',
  EACCES: () => 'This user may not open the socket of DATABASE_URL; grant it access, or correct the host.',
  '28P01': () =>
    'PostgreSQL rejects the user or the password of DATABASE_URL; correct them, with special characters escaped.',
  '28000': (error) =>
    `PostgreSQL lets the user of DATABASE_URL not in: ${error.message}; correct DATABASE_URL or pg_hba.conf.`,
  '3D000': (error) =>
    `DATABASE_URL names a database that is missing: ${error.message}; create it, or correct the name.`,
  '42501': (error) =>
    `The user of DATABASE_URL has too few rights: ${error.message}; run apps/gateway/migrate.ts once as one that may create roles and tables, or, for tables that another user restored, apps/gateway/repair.ts with --owner.`,
  '53300': () => 'PostgreSQL has no connection left; raise its max_connections, or stop other clients.',
  '57P03': () => 'PostgreSQL is starting or stopping; try again when it is up.',
  '25006': () => 'PostgreSQL is read-only at DATABASE_URL; name the primary.',
  '08P01': (error) =>
    `PostgreSQL or its pooler does not accept the connection: ${error.message}; correct DATABASE_URL.`,
  ERR_TLS_CERT_ALTNAME_INVALID: () =>
    'The certificate of PostgreSQL is for another host than that of DATABASE_URL; correct the host, or use sslmode=verify-ca with sslrootcert.',
  CERT_HAS_EXPIRED: () => 'The certificate of PostgreSQL has expired; renew it.',
};

const unanswered =
  'PostgreSQL does not answer at the host and port of DATABASE_URL; correct them, or open the way to it.';
for (const code of ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNRESET'])
  byCode[code] = () => unanswered;

// Thrown by pg without a code.
const byMessage: [RegExp, string][] = [
  [/timeout exceeded when trying to connect|Connection terminated/, unanswered],
  [
    /does not support SSL/,
    'PostgreSQL offers no TLS, which sslmode in DATABASE_URL asks for; switch it on there, or write sslmode=disable.',
  ],
  [
    /password must be a/,
    'PostgreSQL asks for a password, and DATABASE_URL has none; write user:password@ before its host.',
  ],
];

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)\w*)$/;

/** A StartError in one sentence if the database cannot be used at all, otherwise the error itself. */
export function toDatabaseStartError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StartError) return error;
  const sentence = findSentence(error, errorCode(error) ?? '');
  return sentence === undefined ? error : new StartError(sentence, { cause: error });
}

function findSentence(error: Error, code: string): string | undefined {
  if (untrusted.test(code))
    return (
      `The certificate of PostgreSQL is signed by nobody known (${code}); add sslrootcert=/path/to/ca.crt to DATABASE_URL, ` +
      'or write sslmode=no-verify to encrypt without a check.'
    );
  if (Object.hasOwn(byCode, code)) return byCode[code]?.(error);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return `PostgreSQL and this process agree on no TLS (${code}); correct sslmode in DATABASE_URL.`;
  return byMessage.find(([pattern]) => pattern.test(error.message))?.[1];
}

/** Of a host with several addresses, the first that was tried. */
function at(error: Error): string {
  const [first = error] = error instanceof AggregateError ? error.errors : [];
  const [address, port] = [Reflect.get(first, 'address'), Reflect.get(first, 'port')];
  return address === undefined ? '' : ` at ${address}${port === undefined ? '' : `, port ${port}`}`;
}

const hostOf = (error: Error) => String(Reflect.get(error, 'hostname') ?? '');
