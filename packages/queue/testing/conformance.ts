import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, test } from 'vitest';
import type { QueueConfig } from '../backend/backend.ts';
import { schedule } from '../schedule.ts';
import { eventIds, personaUpdate, TestLoop } from './harness.ts';

/** Holds on either backend. */
export function describeQueue(backend: string, configure: () => Promise<QueueConfig>): void {
  const open = async (change: Partial<QueueConfig> = {}) =>
    TestLoop.open({ ...(await configure()), ...change });

  describe(`a queue on ${backend}`, { timeout: 40_000, concurrent: true }, () => {
    test('every consumer processes every event once, and the last of them logs it', async ({ expect }) => {
      await using loop = await open();
      const memory = loop.effect('memory');
      const persona = loop.effect('persona');
      const log = loop.effect('training-log');
      loop.remember(memory);
      loop.consume('persona', { 'hypothesis.selected': persona, 'feedback.given': persona });
      loop.consume('training-log', {
        'hypothesis.selected': log,
        'persona.updated': log,
        'feedback.given': log,
      });
      const refs = await loop.acceptAndPublish(300, ['training-log', 'memory', 'persona']);
      await loop.settled();
      for (const consumer of ['memory', 'persona', 'training-log'] as const)
        expect(await loop.effects(consumer)).toEqual(eventIds(refs));
      await expect.poll(() => loop.logged('learning_loop_complete').length).toBe(300);
      const complete = loop.logged('learning_loop_complete').map(({ event_id }) => event_id);
      expect(new Set(complete)).toEqual(new Set(eventIds(refs)));
    });

    test('ten deliveries at once to two replicas have one effect', async ({ expect }) => {
      await using loop = await open();
      loop.remember();
      loop.remember();
      const refs = await loop.accept(50);
      const rounds = Array.from({ length: 10 }, (_, redelivery) =>
        refs.map((ref) => ({ ...ref, redelivery })),
      );
      await Promise.all(rounds.map((copies) => loop.publisher.publish(copies, 'memory')));
      await expect
        .poll(async () => (await loop.outcomes('duplicate')) + (await loop.outcomes('learned')), {
          timeout: 20_000,
        })
        .toBe(500);
      expect(await loop.effects()).toEqual(eventIds(refs));
    });

    test('BullMQ’s own export is among the metrics', async ({ expect }) => {
      await using loop = await open();
      loop.sweep({ everyMs: 50, graceMs: 60_000, limit: 100 });
      for (let n = 0; n < 3; n += 1) await loop.acceptAndPublish(1);
      const waiting = 'bullmq_job_count{queue="memory",state="waiting"} 3';
      await expect.poll(() => loop.metrics.metrics(), { timeout: 20_000 }).toContain(waiting);
    });

    test('emitted events are processed when the transaction commits, and never existed when it does not', async ({
      expect,
    }) => {
      await using loop = await open();
      const log = loop.effect('training-log');
      loop.consume('training-log', {
        'hypothesis.selected': log,
        'persona.updated': log,
        'feedback.given': log,
      });
      let failed = false;
      loop.consume('persona', {
        'hypothesis.selected': async (events, { emit }) => {
          await emit(...events.map(personaUpdate));
          if (failed) return;
          failed = true;
          throw new Error('after the emission');
        },
        'feedback.given': async () => undefined,
      });
      await loop.acceptAndPublish(1, ['persona']);
      await loop.settled();
      expect(await loop.effects('training-log')).toHaveLength(1);
    });

    test('events that were never published are swept, by any number of sweepers, and processed once', async ({
      expect,
    }) => {
      await using loop = await open();
      loop.remember();
      const refs = await loop.accept(500);
      loop.sweep();
      loop.sweep();
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
    });

    test('connections that Postgres cuts cost no attempt and no event', async ({ expect }) => {
      await using loop = await open({ retry: { attempts: 1, delayMs: 20 } });
      let cuts = 0;
      loop.remember(async (events, context) => {
        await loop.effect('memory')(events, context);
        cuts += 1;
        if (cuts <= 3) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(context.tx);
      });
      const refs = await loop.acceptAndPublish(200);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
      expect(await loop.outcomes('dead')).toBe(0);
    });

    test('a consumer that is disposed of finishes its batch; the next one takes the rest', async ({
      expect,
    }) => {
      await using loop = await open();
      const begun = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      const first = loop.remember(async (events, context) => {
        begun.resolve();
        await finish.promise;
        await loop.effect('memory')(events, context);
      });
      const refs = await loop.acceptAndPublish(1_000);
      await begun.promise;
      const disposed = first[Symbol.asyncDispose]();
      finish.resolve();
      await disposed;
      expect((await loop.effects()).length).toBeGreaterThan(0);
      loop.remember();
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
    });

    test('the jobs of a killed process are taken over in seconds, without a sweeper', async ({ expect }) => {
      await using loop = await open();
      const { databaseUrl, redisUrl } = loop.config;
      const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
      const args = [script, databaseUrl, ...(redisUrl === undefined ? [] : [redisUrl])];
      const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const refs = await loop.acceptAndPublish(20);
      await once(worker.stdout, 'data');
      worker.kill('SIGKILL');
      const killed = performance.now();
      loop.remember();
      await loop.settled();
      expect(performance.now() - killed).toBeLessThan(15_000);
      expect(await loop.effects()).toEqual(eventIds(refs));
    });

    test('a schedule runs on time, in one of its processes, whatever a run throws', async ({ expect }) => {
      await using loop = await open();
      const { log, config } = loop;
      const runs: number[] = [];
      const run = async () => {
        runs.push(performance.now());
        throw new Error('a run that fails');
      };
      await using _ = schedule({ log }, 'trainer', '* * * * * *', run, config);
      await using __ = schedule({ log }, 'trainer', '* * * * * *', run, config);
      await expect.poll(() => runs.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(5);
      const seconds = ((runs.at(-1) ?? 0) - (runs[0] ?? 0)) / 1000;
      expect(runs.length).toBeLessThanOrEqual(seconds + 2);
      expect(loop.logged('scheduled_run_failed').length).toBe(runs.length);
    });

    test('a job that names no event harms nothing', async ({ expect }) => {
      await using loop = await open();
      loop.remember();
      await loop.publisher.publish([{ event: 'hypothesis.selected', event_id: 'not-an-id' }], 'memory');
      const refs = await loop.acceptAndPublish(20);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
      expect(loop.failures).toEqual([]);
    });
  });
}
