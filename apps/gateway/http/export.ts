import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { createGroupLimit } from '@learning-loop/async/group-limit';
import type { Db } from '@learning-loop/db/connect';
import { listUserTables, readUserRows } from '@learning-loop/db/privacy/user-data';
import { asTenant } from '@learning-loop/db/transactions';
import type { UserKey } from '@learning-loop/events/ids';
import { logNames } from '@learning-loop/events/training-records';
import { HttpError } from '@learning-loop/service/errors';
import { readTrainingLog } from '@learning-loop/training-log/read';

/** Each holds a connection and a transaction for as long as its client reads. */
const maxExports = { all: 4, perGroup: 2 };

/** Returns what admits an export of a tenant, or throws 429; what it returns ends the export. */
export function createExportLimit(): (tenantId: string) => () => void {
  const limit = createGroupLimit(maxExports);
  return (tenantId) => {
    const leave = limit.enter(tenantId);
    if (leave) return leave;
    const { all, perGroup } = maxExports;
    throw new HttpError(
      429,
      'too_many_exports',
      `${perGroup} exports of this tenant are running, or ${all} in all; try again when one of them has ended.`,
    );
  };
}

/** A client that reads nothing for this long, in ms, ends its export. */
const stalledMs = 30_000;

/**
 * All data of a user as JSON, as it is at one moment of the database; with `logDirectory` also the lines of the training
 * log. Holds a few rows in memory. After an error it ends in the middle, so that nobody takes it for the whole.
 */
export async function streamExport(db: Db, user: UserKey, logDirectory: string | null): Promise<Readable> {
  const tables = await asTenant(db, user.tenant_id, (tx) => listUserTables(tx));
  const out = new PassThrough();
  const closed = new AbortController();
  out.on('close', () => closed.abort());
  const write: Write = async (text) => {
    if (out.write(text)) return closed.signal.throwIfAborted();
    await once(out, 'drain', { signal: AbortSignal.any([closed.signal, AbortSignal.timeout(stalledMs)]) });
  };
  writeExport(write, { db, user, tables, logDirectory }).then(
    () => out.end(),
    (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return out;
}

type Write = (text: string) => Promise<void>;

interface ExportParts {
  db: Db;
  user: UserKey;
  tables: string[];
  logDirectory: string | null;
}

async function writeExport(write: Write, { db, user, tables, logDirectory }: ExportParts): Promise<void> {
  const head = { user_id: user.user_id, exported_at: new Date().toISOString() };
  await write(`${JSON.stringify(head).slice(0, -1)},"held":{`);
  await asTenant(db, user.tenant_id, async (tx) => {
    for (const [i, table] of tables.entries()) {
      await write(`${i > 0 ? ',' : ''}${JSON.stringify(table)}:[`);
      await writeItems(write, readUserRows(tx, table, user));
      await write(']');
    }
  });
  await write(logDirectory === null ? '}}' : '},"training_log":{');
  if (logDirectory === null) return;
  for (const [i, name] of logNames.entries()) {
    await write(`${i > 0 ? ',' : ''}${JSON.stringify(name)}:[`);
    await writeItems(write, readUserLines(logDirectory, name, user));
    await write(']');
  }
  await write('}}');
}

async function writeItems(write: Write, batches: AsyncIterable<string[]>): Promise<void> {
  let separator = '';
  for await (const items of batches) {
    await write(separator + items.join(','));
    separator = ',';
  }
}

async function* readUserLines(directory: string, name: (typeof logNames)[number], user: UserKey) {
  for await (const line of readTrainingLog(directory, name))
    if (line.tenant_id === user.tenant_id && line.user_id === user.user_id) yield [JSON.stringify(line)];
}
