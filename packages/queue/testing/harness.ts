import { randomUUID } from 'node:crypto';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { type EventRef, insertEvents } from '@learning-loop/db/loop/outbox';
import { outboxDepth } from '@learning-loop/db/loop/outbox-backlog';
import type { Events, NamedEvent } from '@learning-loop/events/event';
import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import pino, { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { expect, vi } from 'vitest';
import type { QueueConfig } from '../backend/backend.ts';
import { consume } from '../consumer/consume.ts';
import type { HandlerContext, Handlers } from '../consumer/process-events.ts';
import { connectPublisher, type Publisher } from '../producer/publisher.ts';
import { sweep } from '../producer/sweeper.ts';

interface LogLine {
  msg: string;
  level: number;
  [field: string]: unknown;
}

const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

function selection(): NamedEvent<'hypothesis.selected'> {
  return {
    name: 'hypothesis.selected',
    event: {
      schema_version: 1,
      event_id: randomUUID(),
      tenant_id: 'default',
      user_id: 'mona',
      interaction_id: randomUUID(),
      occurred_at: new Date().toISOString(),
      input_text: 'build api',
      media_type: 'text',
      context: { persona_facets: facets, interaction_count: 0, recent_goals: [], preferences: [] },
      hypotheses: [],
      used_memories: [],
      selected_id: null,
      auto_advanced: false,
      model_id: 'rules',
    },
  };
}

export function personaUpdate(cause: Events['hypothesis.selected']): NamedEvent<'persona.updated'> {
  const { tenant_id, user_id, interaction_id, occurred_at } = cause;
  return {
    name: 'persona.updated',
    event: {
      schema_version: 1,
      event_id: randomUUID(),
      ...{ tenant_id, user_id, interaction_id, occurred_at },
      old_facets: facets,
      new_facets: facets,
      facet_deltas: {},
      signals: { selected_hypothesis_id: null, success: true },
      decided_by: 'rules',
      reason: 'a test',
    },
  };
}

type MemoryHandler = (events: { event_id: string }[], context: HandlerContext) => Promise<void>;

/** With a database, log, metrics and publisher of its own, and effects that can be counted, duplicates included. */
export class TestLoop implements AsyncDisposable {
  readonly db: Db;
  readonly log: Logger;
  readonly metrics = new Registry();
  readonly lines: LogLine[] = [];
  readonly failures: Error[] = [];
  readonly publisher: Publisher;
  readonly config: QueueConfig;
  readonly #open: AsyncDisposable[] = [];

  private constructor(config: QueueConfig) {
    this.config = config;
    this.db = connectDb(config.databaseUrl);
    this.log = pino({ level: 'debug' }, { write: (line) => void this.lines.push(JSON.parse(line)) });
    this.publisher = connectPublisher(config, this.log, this.metrics);
  }

  static async open(config: QueueConfig): Promise<TestLoop> {
    const loop = await TestLoop.reopen(config);
    await sql`create table effects (consumer text not null, event_id uuid not null)`.execute(loop.db);
    return loop;
  }

  /** On a database that had a loop before. */
  static async reopen(config: QueueConfig): Promise<TestLoop> {
    const loop = new TestLoop({ retry: { attempts: 3, delayMs: 20 }, ...config });
    const hasRoom = () => loop.publisher.hasRoom('memory').catch(() => false);
    await vi.waitFor(async () => expect(await hasRoom()).toBe(true), { timeout: 10_000, interval: 10 });
    return loop;
  }

  /** Commits selections to the outbox without publishing them. */
  async accept(count: number, pending: Consumer[] = ['memory']): Promise<EventRef[]> {
    const events = Array.from({ length: count }, selection);
    const ids = events.map(({ event }) => event.event_id);
    await this.db.transaction().execute(async (tx) => {
      await insertEvents(tx, events);
      await sql`update outbox set pending = ${pending} where event_id = any(${ids}::uuid[])`.execute(tx);
    });
    return events.map(({ name, event }) => ({ event: name, event_id: event.event_id }));
  }

  async acceptAndPublish(count: number, pending?: Consumer[]): Promise<EventRef[]> {
    const refs = await this.accept(count, pending);
    await this.publish(refs);
    return refs;
  }

  /** On a busy machine Redis may miss the publisher's 1 s limit: then the events are swept, as in production. */
  async publish(refs: EventRef[]): Promise<void> {
    await this.publisher.publish(refs).catch(() => this.sweep());
  }

  /** A handler that writes one row of `effects` for each event. */
  effect(consumer: Consumer): MemoryHandler {
    return async (events, { tx }) => {
      const ids = events.map((event) => event.event_id);
      await sql`insert into effects select ${consumer}, unnest(${ids}::uuid[])`.execute(tx);
    };
  }

  /** Consumes memory's events with this handler, which by default has its effect. */
  remember(handler: MemoryHandler = this.effect('memory')): AsyncDisposable {
    return this.consume('memory', { 'hypothesis.selected': handler });
  }

  consume<C extends Consumer>(consumer: C, handlers: Handlers<C>): AsyncDisposable {
    const service = {
      log: this.log,
      metrics: this.metrics,
      fail: (error: Error) => void this.failures.push(error),
    };
    return this.#use(consume(service, this.db, this.publisher, consumer, handlers, this.config));
  }

  sweep(options = { everyMs: 50, graceMs: 100, limit: 100 }): AsyncDisposable {
    return this.#use(sweep({ log: this.log, metrics: this.metrics }, this.db, this.publisher, options));
  }

  #use<T extends AsyncDisposable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  /** Resolves when every accepted event is processed or dead-lettered. */
  async settled(timeout = 20_000): Promise<void> {
    const pending = async () => (await outboxDepth(this.db)).pending;
    await vi.waitFor(async () => expect(await pending()).toBe(0), { timeout, interval: 20 });
  }

  /** The event ids of the effects that stand, sorted, duplicates included. */
  async effects(consumer: Consumer = 'memory'): Promise<string[]> {
    const { rows } = await sql<{ event_id: string }>`
      select event_id from effects where consumer = ${consumer} order by event_id`.execute(this.db);
    return rows.map((row) => row.event_id);
  }

  logged(msg: string): LogLine[] {
    return this.lines.filter((line) => line.msg === msg);
  }

  /** How many events left the consumers with this outcome. */
  async outcomes(outcome: string): Promise<number> {
    const metric = await this.metrics.getSingleMetric('learning_loop_events_total')?.get();
    const values = metric?.values.filter(({ labels }) => Object.values(labels).includes(outcome)) ?? [];
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#open.reverse()) await resource[Symbol.asyncDispose]();
    await this.publisher[Symbol.asyncDispose]();
    await this.db.destroy();
  }
}

export function eventIds(refs: EventRef[]): string[] {
  return refs.map((ref) => ref.event_id).sort();
}
