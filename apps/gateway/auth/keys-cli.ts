import { parseArgs } from 'node:util';
import { type ApiKey, disableKey, insertKey, listKeys } from '@learning-loop/db/access/api-keys';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import type { Role } from '@learning-loop/db/schema/database';
import { databaseNow } from '@learning-loop/events/clock';
import { isTenant, tenantRule } from '@learning-loop/events/text-rules';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { StartError } from '@learning-loop/service/errors';
import { runCommand } from '@learning-loop/service/run-command';
import { createApiKey, formatApiKey } from './api-key-store.ts';

const usage = `Usage:
  keys create --role app|reader|admin [--tenant default] [--name NAME] [--days N]
  keys list [--tenant TENANT]
  keys revoke PUBLIC_PART
A key is shown once, when it is made. To rotate one: create its successor, hand it out, revoke the old one.`;

const day = 24 * 60 * 60 * 1_000;
/** Far larger numbers are no date. */
const maxDays = 36_500;
const roles: readonly string[] = ['app', 'reader', 'admin'] satisfies Role[];
const isRole = (text: string | undefined): text is Role => text !== undefined && roles.includes(text);

/** Returns the text to print. Throws a StartError for invalid arguments. */
export async function keysCommand(db: Db, args: string[]): Promise<string> {
  const { values, positionals } = parse(args);
  const [command, keyId, ...more] = positionals;
  if (command === 'create' && keyId === undefined) return await createKey(db, values);
  if (command === 'list' && keyId === undefined) return formatTable(await listKeys(db, values.tenant));
  if (command === 'revoke' && keyId !== undefined && more.length === 0) return await revokeKey(db, keyId);
  throw new StartError(usage);
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = { role: text, tenant: text, name: text, days: text };
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

type KeyOptions = ReturnType<typeof parse>['values'];

async function createKey(db: Db, { role, tenant = 'default', name = '', days }: KeyOptions): Promise<string> {
  if (!isRole(role)) throw new StartError(`--role must be one of ${roles.join(', ')}.\n${usage}`);
  if (!isTenant(tenant)) throw new StartError(`--tenant ${tenantRule}.`);
  if (days !== undefined && !(Number(days) > 0 && Number(days) <= maxDays))
    throw new StartError(`--days must be a number above 0, and at most ${maxDays}.`);
  const { secret_hash, ...key } = createApiKey();
  const expires_at = days === undefined ? null : new Date(databaseNow() + Number(days) * day);
  await insertKey(db, { tenant_id: tenant, key_id: key.key_id, role, name, secret_hash, expires_at });
  return formatApiKey(key);
}

async function revokeKey(db: Db, given: string): Promise<string> {
  const keyId = given.replace(/^ll_([^_]*).*$/u, '$1');
  if (await disableKey(db, keyId)) return `Revoked ${keyId}; it opens nothing after 10 s at most.`;
  throw new StartError(`There is no live key ${keyId}; "keys list" shows them.`);
}

function formatTable(keys: ApiKey[]): string {
  const rows = keys.map((key) => [
    key.key_id,
    key.tenant_id,
    key.role,
    toState(key),
    toLastUse(key),
    key.name,
  ]);
  const all = [['public part', 'tenant', 'role', 'state', 'last use', 'name'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toState({ disabled_at, expires_at }: ApiKey): string {
  if (disabled_at) return `revoked ${disabled_at.toISOString().slice(0, 10)}`;
  if (!expires_at) return 'live';
  return `${expires_at.getTime() > databaseNow() ? 'live until' : 'expired'} ${expires_at.toISOString().slice(0, 10)}`;
}

const toLastUse = ({ last_used_at }: ApiKey) => last_used_at?.toISOString().slice(0, 16) ?? 'never';

/** Prints one sentence and sets the exit code for a StartError or ConfigError. */
export async function runKeysCommand(
  open: () => Promise<AsyncDisposable & { url: string }>,
  args: string[],
): Promise<void> {
  await runCommand(async () => {
    prepareEnvironment();
    await using database = await open();
    await using db = connectDb(database.url, { name: 'keys', max: 1 });
    await migrate(db);
    process.stdout.write(`${await keysCommand(db, args)}\n`);
  });
}
