import { listDeadLetters, replayDeadLetter } from '@learning-loop/db/loop/dead-letters';
import { sql } from 'kysely';
import { describe, test } from 'vitest';
import type { QueueConfig } from '../backend/backend.ts';
import { PermanentError, RetryLater } from '../errors.ts';
import { eventIds, TestLoop } from './harness.ts';

/** What becomes of events whose processing fails or asks for later; holds on either backend. */
export function describeErrors(backend: string, configure: () => Promise<QueueConfig>): void {
  const open = async (change: Partial<QueueConfig> = {}) =>
    TestLoop.open({ ...(await configure()), ...change });

  describe(`errors in a queue on ${backend}`, { timeout: 40_000, concurrent: true }, () => {
    test('a permanent error dead-letters the event at once; its replay brings it back once', async ({
      expect,
    }) => {
      await using loop = await open();
      let broken = true;
      loop.remember(async (events, context) => {
        if (broken) throw new PermanentError('cannot be', { cause: new Error('for a reason') });
        await loop.effect('memory')(events, context);
      });
      const refs = await loop.acceptAndPublish(1);
      await loop.settled();
      const [letter] = await listDeadLetters(loop.db, 'default', 10);
      expect(letter).toMatchObject({ consumer: 'memory', event_id: refs[0]?.event_id, attempts: 1 });
      expect(letter?.error).toBe('PermanentError: cannot be; caused by Error: for a reason');
      expect(await loop.effects()).toEqual([]);

      broken = false;
      loop.sweep();
      const replay = () => replayDeadLetter(loop.db, 'default', letter?.dead_letter_id ?? '');
      const replayed = (await Promise.all([replay(), replay()])).filter((ref) => ref !== null);
      expect(replayed).toHaveLength(1);
      for (const { consumer, ...ref } of replayed) await loop.publisher.publish([ref], consumer);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
      expect(await listDeadLetters(loop.db, 'default', 10)).toEqual([]);
    });

    test('an event that cannot be parsed is dead-lettered alone, and no other is retried', async ({
      expect,
    }) => {
      await using loop = await open();
      const refs = await loop.accept(200);
      const [poison, ...healthy] = eventIds(refs);
      await sql`update outbox set payload = '{"no": "event"}' where event_id = ${poison}`.execute(loop.db);
      loop.remember();
      await loop.publish(refs);
      await loop.settled();
      expect(await loop.effects()).toEqual(healthy);
      await expect.poll(() => loop.outcomes('dead')).toBe(1);
      expect(await loop.outcomes('retried')).toBe(0);
      await expect.poll(() => loop.logged('event_dead_lettered')).toMatchObject([{ event_id: poison }]);
    });

    test('an event that keeps failing is tried as often as configured, and fails no other', async ({
      expect,
    }) => {
      await using loop = await open();
      const refs = await loop.accept(200);
      const [poison, ...healthy] = eventIds(refs);
      loop.remember(async (events, context) => {
        await loop.effect('memory')(events, context);
        if (events.some((event) => event.event_id === poison)) throw new Error('not this one');
      });
      await loop.publish(refs);
      await loop.settled();
      expect(await loop.effects()).toEqual(healthy);
      expect(await loop.outcomes('retried')).toBe(2);
      const letters = await listDeadLetters(loop.db, 'default', 10);
      expect(letters).toMatchObject([{ event_id: poison, attempts: 3, error: 'Error: not this one' }]);
    });

    test('an event that failed once is processed at the next attempt, without a trace of the first', async ({
      expect,
    }) => {
      await using loop = await open();
      let attempts = 0;
      loop.remember(async (events, context) => {
        await loop.effect('memory')(events, context);
        context.logAfterCommit('remembered', { attempts });
        attempts += 1;
        if (attempts === 1) throw new Error('once');
      });
      const refs = await loop.acceptAndPublish(1);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
      await expect.poll(() => loop.logged('remembered')).toMatchObject([{ attempts: 1 }]);
    });

    test('RetryLater is not before its time, and does not count as an attempt', async ({ expect }) => {
      await using loop = await open({ retry: { attempts: 1, delayMs: 20 } });
      const times: number[] = [];
      loop.remember(async (events, context) => {
        times.push(Date.now());
        if (times.length < 3) throw new RetryLater(300);
        await loop.effect('memory')(events, context);
      });
      const refs = await loop.acceptAndPublish(1);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
      const [first = 0, second = 0, third = 0] = times;
      expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(300);
      expect(times).toHaveLength(3);
    });

    test('asking for later costs no attempt where events shared a job', async ({ expect }) => {
      await using loop = await open({ retry: { attempts: 2, delayMs: 20 } });
      const failed = new Set<string>();
      loop.remember(async (events, context) => {
        if ((await loop.outcomes('later')) < 2) throw new RetryLater(50);
        if (events.length > 1) throw new Error('the batch is halved');
        const id = events[0]?.event_id ?? '';
        if (!failed.has(id)) {
          failed.add(id);
          throw new Error('the first of two attempts');
        }
        await loop.effect('memory')(events, context);
      });
      const refs = await loop.acceptAndPublish(2);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
    });

    test('one event that asks for later does not hold up the others', async ({ expect }) => {
      await using loop = await open();
      const refs = await loop.accept(100);
      const [late, ...prompt] = eventIds(refs);
      loop.remember(async (events, context) => {
        if (events.some((event) => event.event_id === late)) throw new RetryLater(3_600_000);
        await loop.effect('memory')(events, context);
      });
      await loop.publish(refs);
      await expect.poll(() => loop.effects(), { timeout: 15_000 }).toEqual(prompt);
      expect(await loop.outcomes('retried')).toBe(0);
    });

    test('when all have to wait the consumer pauses, rather than delay its backlog one by one', async ({
      expect,
    }) => {
      await using loop = await open();
      let full = true;
      let calls = 0;
      loop.remember(async (events, context) => {
        calls += 1;
        if (full) throw new RetryLater(200);
        await loop.effect('memory')(events, context);
      });
      const refs = await loop.acceptAndPublish(100);
      await expect.poll(() => loop.outcomes('later'), { timeout: 10_000 }).toBeGreaterThanOrEqual(100);
      expect(calls).toBeLessThan(100);
      full = false;
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds(refs));
    });
  });
}
