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
import { runTraced, traceAcceptance, traceStep } from '@learning-loop/service/observability/tracing';
import type { Logger } from 'pino';
import { AlreadySettled } from '../errors.ts';

/** What a handler may do besides its own effect. */
export interface HandlerContext {
  tx: Tx;
  log: Logger;
  /** Accepts further events in this transaction; they are published once it has committed. */
  emit(...events: NamedEvent[]): Promise<void>;
  /** A log line, written once the transaction has committed, and not at all if it does not. */
  logAfterCommit(name: string, fields: object): void;
}

/**
 * One function for each event that the consumer is routed. It is given several events at once and returns when its
 * effect is in the transaction; what it throws undoes all of it.
 */
export type Handlers<C extends Consumer> = {
  [E in EventOf<C>]: (events: Events[E][], context: HandlerContext) => Promise<void>;
};

interface LogLine {
  name: string;
  fields: object;
}

/** What one transaction has done; to be told only now that it has committed. */
export interface BatchResult {
  processed: OutboxRow[];
  /** Those of them that every consumer has learned now. */
  settled: OutboxRow[];
  /** Rows that no handler can read. */
  unparsable: { row: OutboxRow; error: Error }[];
  emitted: EventRef[];
  logs: LogLine[];
}

/**
 * Learns those of the events that the consumer still owes, in one transaction with the settling of its debt.
 * Rejects, and then nothing stands, with what a handler threw, or with Overtaken when a duplicate settled one first.
 */
export async function processEvents<C extends Consumer>(
  { db, log, consumer, handlers }: { db: Db; log: Logger; consumer: C; handlers: Handlers<C> },
  ids: string[],
): Promise<BatchResult> {
  // Read in the same transaction: an erasure waits for the end of those that may have read what it deletes.
  return db.transaction().execute(async (tx) => {
    const { groups, broken } = parseRows(handlers, await loadPending(tx, consumer, ids));
    const learned = [...groups.values()].flatMap((group) => group.rows);
    const lesson: BatchResult = {
      processed: learned,
      settled: [],
      unparsable: broken,
      emitted: [],
      logs: [],
    };
    if (learned.length === 0) return lesson;
    const context = createContext(tx, log, lesson);
    for (const group of groups.values()) await group.handle(context);
    const settled = await settle(
      tx,
      consumer,
      learned.map((row) => row.event_id),
    );
    if (settled.length < learned.length) throw new AlreadySettled('A duplicate was learned first.');
    const complete = new Set(settled.filter((one) => one.complete).map((one) => one.event_id));
    lesson.settled = learned.filter((row) => complete.has(row.event_id));
    for (const group of groups.values()) lesson.logs.push(...group.completions(complete));
    return lesson;
  });
}

function createContext(tx: Tx, log: Logger, lesson: BatchResult): HandlerContext {
  return {
    tx,
    log,
    async emit(...events) {
      await insertEvents(tx, events);
      lesson.emitted.push(...events.map(({ name, event }) => ({ event: name, event_id: event.event_id })));
    },
    logAfterCommit: (name, fields) => void lesson.logs.push({ name, fields }),
  };
}

/** Events of one name, parsed. */
interface Group {
  rows: OutboxRow[];
  handle(context: HandlerContext): Promise<void>;
  completions(complete: Set<string>): LogLine[];
}

function parseRows<C extends Consumer>(handlers: Handlers<C>, rows: OutboxRow[]) {
  const groups = new Map<string, Group>();
  const broken: BatchResult['unparsable'] = [];
  for (const [name, named] of Map.groupBy(rows, (row) => row.event)) {
    if (!isHandled(handlers, name)) {
      const error = new Error(`No handler for ${name} in this version.`);
      broken.push(...named.map((row) => ({ row, error })));
      continue;
    }
    const parsed = parseNamed(handlers, name, named);
    broken.push(...parsed.broken);
    if (parsed.group.rows.length > 0) groups.set(name, parsed.group);
  }
  return { groups, broken };
}

function isHandled<C extends Consumer>(handlers: Handlers<C>, name: string): name is EventOf<C> {
  return name in handlers;
}

function parseNamed<C extends Consumer, E extends EventOf<C>>(
  handlers: Handlers<C>,
  name: E,
  named: OutboxRow[],
) {
  const rows: OutboxRow[] = [];
  const events: Events[E][] = [];
  const broken: BatchResult['unparsable'] = [];
  for (const row of named) {
    try {
      events.push(parseEvent(name, row.payload));
      rows.push(row);
    } catch (error) {
      broken.push({ row, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  const handle = (context: HandlerContext) => handlers[name](events, context);
  const completions = (complete: Set<string>) =>
    name === 'hypothesis.selected'
      ? events.filter(({ event_id }) => complete.has(event_id)).map(completion)
      : [];
  return { group: { rows, handle, completions }, broken };
}

function completion({ event_id, interaction_id }: Events[keyof Events]): LogLine {
  return { name: 'learning_loop_complete', fields: { event_id, interaction_id } };
}

/**
 * Learns a batch as a step in the trace of its first event, which its statements belong to; the traces of the others
 * get a step that leads there. Free without tracing.
 */
export function traceBatch(
  consumer: Consumer,
  ids: string[],
  learnAll: () => Promise<BatchResult>,
): Promise<BatchResult> {
  const [first = ''] = ids;
  const name = `learn ${consumer}`;
  return runTraced(first, name, async ({ link, describe }) => {
    const from = Date.now();
    const lesson = await learnAll();
    const batch = lesson.processed.length;
    for (const { event_id, event } of lesson.processed) {
      if (event_id === first) describe({ event, batch });
      else traceStep(event_id, { name, from, to: Date.now(), attributes: { event, batch }, links: [link] });
    }
    for (const { event, event_id } of lesson.emitted)
      traceAcceptance(event_id, { name: `accept ${event}`, from, to: Date.now() });
    return lesson;
  });
}
