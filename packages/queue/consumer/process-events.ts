import type { Db, Tx } from '@learning-loop/db/connect';
import {
  type EventRef,
  insertEvents,
  loadPending,
  type OutboxRow,
  settle,
} from '@learning-loop/db/loop/outbox';
import { type Events, type NamedEvent, parseEvent } from '@learning-loop/events/event';
import type { Consumer, EventOf } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import { AlreadySettled } from '../errors.ts';

export interface HandlerContext {
  tx: Tx;
  log: Logger;
  /** As of performance.now(): no event was read before. */
  readAt: number;
  /** All events of the batch have one of these names. */
  names: readonly string[];
  /** Inserts events in this transaction; they are published after the commit. */
  emit(...events: NamedEvent[]): Promise<void>;
  logAfterCommit(name: string, fields: object): void;
}

/** Resolves when its effect is in the transaction; an error rolls back the whole batch. */
type Handler<Event> = (events: Event[], context: HandlerContext) => Promise<void>;

interface PreparedHandler<Event> {
  /**
   * Takes its time before the transaction begins, so that none waits for it. The handler that it returns gets those of
   * the events that are still pending then.
   */
  prepare(events: Event[]): Promise<Handler<Event>>;
}

export type Handlers<C extends Consumer> = {
  [E in EventOf<C>]: Handler<Events[E]> | PreparedHandler<Events[E]>;
};

interface LogLine {
  name: string;
  fields: object;
}

interface Unparsable {
  row: OutboxRow;
  error: Error;
}

export interface BatchResult {
  processed: OutboxRow[];
  /** Those that no consumer has pending any more. */
  settled: OutboxRow[];
  unparsable: Unparsable[];
  emitted: EventRef[];
  logs: LogLine[];
}

interface Processing<C extends Consumer> {
  db: Db;
  log: Logger;
  consumer: C;
  handlers: Handlers<C>;
  /** Called when a slow preparation has ended. */
  heartbeat?(): void;
}

/** In one transaction. Rejects with a handler's error, or AlreadySettled if a duplicate delivery settled an event first. */
export async function processEvents<C extends Consumer>(
  processing: Processing<C>,
  ids: string[],
): Promise<BatchResult> {
  const { db, log, consumer } = processing;
  const handlers = await prepareHandlers(processing, ids);
  const readAt = performance.now();
  // Read in the same transaction: an erasure waits for transactions that may have read what it deletes.
  return db.transaction().execute(async (tx) => {
    const { groups, unparsable } = parseRows(handlers, await loadPending(tx, consumer, ids));
    const processed = groups.flatMap(({ rows }) => rows);
    const result: BatchResult = { processed, settled: [], unparsable, emitted: [], logs: [] };
    if (processed.length === 0) return result;
    const names = [...new Set(processed.map(({ event }) => event))];
    const context = createContext({ tx, log, readAt, names }, result);
    for (const group of groups) await group.handle(context);
    const pendingIds = processed.map(({ event_id }) => event_id);
    const settled = await settle(tx, consumer, pendingIds);
    if (settled.length < processed.length) throw new AlreadySettled('A duplicate was learned first.');
    const complete = new Set(settled.filter((one) => one.complete).map(({ event_id }) => event_id));
    result.settled = processed.filter(({ event_id }) => complete.has(event_id));
    for (const group of groups) result.logs.push(...group.completionLogs(complete));
    return result;
  });
}

async function prepareHandlers<C extends Consumer>(
  { db, consumer, handlers, heartbeat }: Processing<C>,
  ids: string[],
): Promise<Handlers<C>> {
  const ready = { ...handlers };
  const slow = Object.keys(handlers).filter(
    (name): name is EventOf<C> => isHandled(handlers, name) && 'prepare' in handlers[name],
  );
  if (slow.length === 0) return ready;
  const rows = Map.groupBy(await loadPending(db, consumer, ids), ({ event }) => event);
  await Promise.all(slow.map((name) => prepareInto(ready, name, rows.get(name) ?? [])));
  heartbeat?.();
  return ready;
}

async function prepareInto<C extends Consumer, E extends EventOf<C>>(
  ready: Handlers<C>,
  name: E,
  rows: OutboxRow[],
): Promise<void> {
  const handler = ready[name];
  if (!('prepare' in handler)) return;
  ready[name] = rows.length === 0 ? nothingPending : await handler.prepare(parseRowsOf(name, rows).events);
}

async function nothingPending(): Promise<void> {
  throw new AlreadySettled('An event that was not pending is.');
}

function createContext(
  { tx, log, readAt, names }: Pick<HandlerContext, 'tx' | 'log' | 'readAt' | 'names'>,
  result: BatchResult,
): HandlerContext {
  return {
    tx,
    log,
    readAt,
    names,
    async emit(...events) {
      await insertEvents(tx, events);
      result.emitted.push(...events.map(({ name, event }) => ({ event: name, event_id: event.event_id })));
    },
    logAfterCommit: (name, fields) => void result.logs.push({ name, fields }),
  };
}

interface Group {
  rows: OutboxRow[];
  handle(context: HandlerContext): Promise<void>;
  completionLogs(complete: Set<string>): LogLine[];
}

function parseRows<C extends Consumer>(handlers: Handlers<C>, rows: OutboxRow[]) {
  const groups: Group[] = [];
  const unparsable: Unparsable[] = [];
  for (const [name, named] of Map.groupBy(rows, ({ event }) => event)) {
    if (!isHandled(handlers, name)) {
      const error = new Error(`No handler for ${name} in this version.`);
      unparsable.push(...named.map((row) => ({ row, error })));
      continue;
    }
    const parsed = parseGroup(handlers, name, named);
    unparsable.push(...parsed.unparsable);
    if (parsed.group.rows.length > 0) groups.push(parsed.group);
  }
  return { groups, unparsable };
}

function isHandled<C extends Consumer>(handlers: Handlers<C>, name: string): name is EventOf<C> {
  return name in handlers;
}

function parseGroup<C extends Consumer, E extends EventOf<C>>(
  handlers: Handlers<C>,
  name: E,
  named: OutboxRow[],
) {
  const { rows, events, unparsable } = parseRowsOf(name, named);
  const handler = handlers[name];
  const handle = async (context: HandlerContext) => {
    if ('prepare' in handler) throw new TypeError(`${name} was not prepared.`);
    await handler(events, context);
  };
  const completionLogs = (complete: Set<string>) =>
    name === 'hypothesis.selected'
      ? events.filter(({ event_id }) => complete.has(event_id)).map(toCompletionLog)
      : [];
  return { group: { rows, handle, completionLogs }, unparsable };
}

function toCompletionLog({ event_id, interaction_id }: Events[keyof Events]): LogLine {
  return { name: 'learning_loop_complete', fields: { event_id, interaction_id } };
}

function parseRowsOf<E extends keyof Events>(name: E, named: OutboxRow[]) {
  const rows: OutboxRow[] = [];
  const events: Events[E][] = [];
  const unparsable: Unparsable[] = [];
  for (const row of named) {
    try {
      events.push(parseEvent(name, row.payload));
      rows.push(row);
    } catch (error) {
      unparsable.push({ row, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return { rows, events, unparsable };
}
