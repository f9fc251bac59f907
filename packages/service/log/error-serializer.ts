import { stdSerializers } from 'pino';

/** What an error may say besides its message: names and codes, which come from programs. */
const harmless = [
  ...['type', 'message', 'stack', 'code', 'errno', 'syscall', 'address', 'port', 'status', 'statusCode'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
];

/**
 * An error as a line of the log. Of its own properties only those that are known to be harmless: PostgreSQL's `detail`
 * and `where` quote rows, Redis's `command` quotes passwords, and a URL that cannot be read is quoted as `input`.
 */
export function tellError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const all = Object.entries(stdSerializers.err(error));
  const told = Object.fromEntries(all.filter(([name]) => harmless.includes(name)));
  return error instanceof AggregateError ? { ...told, errors: error.errors.map(tellError) } : told;
}
