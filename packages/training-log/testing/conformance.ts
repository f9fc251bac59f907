import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { describe, expect, it } from 'vitest';
import type { TrainingLog } from '../training-log.ts';
import { collect } from './collect.ts';
import { hypothesesRecord, numbered } from './records.ts';

/** A training log in one place, whatever it is stored on. */
interface Place {
  open(): Promise<TrainingLog>;
  read(name: 'hypotheses_data'): AsyncIterable<TrainingRecords['hypotheses_data']>;
  count(tenantId: string): Promise<Record<LogName, number>>;
  rewrite(keep: (record: TrainingRecords[LogName]) => boolean): Promise<number>;
}

/** Whose the records of the fixtures are. */
const tenant = 'tenant-1';

/** What holds of every training log, on disk or on object storage. `create` gives a fresh, empty place. */
export function describeTrainingLog(storage: string, create: () => Promise<Place>): void {
  describe(`training log on ${storage}`, () => {
    it('is empty before anything was written', async () => {
      const place = await create();
      expect(await idsIn(place)).toEqual([]);
      expect((await place.count(tenant)).hypotheses_data).toBe(0);
    });

    it('gives back what was acknowledged, in order, and keeps the logs apart', async () => {
      const place = await create();
      await using log = await place.open();
      await log.append('hypotheses_data', numbered('a', 3));
      await log.append('user_feedback', [feedback('f-1'), feedback('f-2')]);
      await log.append('hypotheses_data', []);
      expect(await collect(place.read('hypotheses_data'))).toEqual(numbered('a', 3));
      expect(await place.count(tenant)).toEqual({
        hypotheses_data: 3,
        persona_updates: 0,
        ranking_data: 0,
        user_feedback: 2,
      });
    });

    it('acknowledges every one of many appends made at once', async () => {
      const place = await create();
      await using log = await place.open();
      await Promise.all(numbered('c', 300).map((record) => log.append('hypotheses_data', [record])));
      expect(await idsIn(place)).toEqual(numbered('c', 300).map((record) => record.event_id));
    });

    it('goes on after it was closed and opened again, and refuses what comes after closing', async () => {
      const place = await create();
      const closed = await place.open();
      await closed.append('hypotheses_data', numbered('before', 2));
      await closed[Symbol.asyncDispose]();
      await expect(closed.append('hypotheses_data', numbered('late', 1))).rejects.toThrow('closed');
      await using log = await place.open();
      await log.append('hypotheses_data', numbered('after', 1));
      expect(await idsIn(place)).toEqual(['before-0', 'before-1', 'after-0']);
    });

    it('writes what was handed in before it was closed', async () => {
      const place = await create();
      const log = await place.open();
      const appended = numbered('last', 50).map((record) => log.append('hypotheses_data', [record]));
      await log[Symbol.asyncDispose]();
      await Promise.all(appended);
      expect(await idsIn(place)).toHaveLength(50);
    });

    it('keeps the first of several records with one event id', async () => {
      const place = await create();
      await using log = await place.open();
      await log.append('hypotheses_data', [hypothesesRecord('x', 'first'), hypothesesRecord('y')]);
      await log.append('hypotheses_data', [hypothesesRecord('x', 'second')]);
      const records = await collect(place.read('hypotheses_data'));
      expect(records.map((record) => [record.event_id, record.user_input])).toEqual([
        ['x', 'first'],
        ['y', 'I want to deploy a REST API'],
      ]);
      expect((await place.count(tenant)).hypotheses_data).toBe(2);
    });

    it.each([
      ['line and paragraph separators', 'a\u2028b\u2029c'],
      ['line breaks and quotes', 'a\r\nb\n"event_id":"not-this-one"\\'],
      ['zero bytes and a lone surrogate', 'a\u0000b\ud800c'],
      ['a long text', '🙂'.repeat(60_000)],
    ])('gives back %s unchanged', async (_what, text) => {
      const place = await create();
      await using log = await place.open();
      await log.append('hypotheses_data', [hypothesesRecord('odd', text), hypothesesRecord('next')]);
      const records = await collect(place.read('hypotheses_data'));
      expect(records).toEqual([hypothesesRecord('odd', text), hypothesesRecord('next')]);
      expect((await place.count(tenant)).hypotheses_data).toBe(2);
    });

    it('takes several writers at once', async () => {
      const place = await create();
      await using one = await place.open();
      await using two = await place.open();
      const batches = Array.from({ length: 10 }, (_, i) => i);
      await Promise.all(
        batches.flatMap((batch) => [
          one.append('hypotheses_data', numbered('one', 10, batch * 10)),
          two.append('hypotheses_data', numbered('two', 10, batch * 10)),
        ]),
      );
      expect(new Set(await idsIn(place)).size).toBe(200);
      expect((await place.count(tenant)).hypotheses_data).toBe(200);
    });

    it('counts the records of one tenant, and again after some were removed', async () => {
      const place = await create();
      await using log = await place.open();
      const others = numbered('other', 4).map((record) => ({ ...record, tenant_id: 'other' }));
      await log.append('hypotheses_data', [...numbered('own', 2), ...others]);
      await log.append('hypotheses_data', [
        hypothesesRecord('own-0'),
        hypothesesRecord('own-2', tenantInText),
      ]);
      const counts = async () =>
        await Promise.all(
          [tenant, 'other', 'nobody'].map(async (id) => (await place.count(id)).hypotheses_data),
        );
      expect(await counts()).toEqual([3, 4, 0]);
      await place.rewrite(({ event_id }) => event_id !== 'other-1');
      expect(await counts()).toEqual([3, 3, 0]);
    });

    it('removes records for good while writers go on', async () => {
      const place = await create();
      await using log = await place.open();
      await log.append('hypotheses_data', [...numbered('keep', 5), ...numbered('erase', 3)]);
      expect((await place.count(tenant)).hypotheses_data).toBe(8);
      expect(await place.rewrite((record) => !record.event_id.startsWith('erase'))).toBe(3);
      await log.append('hypotheses_data', numbered('new', 2));
      const left = [...numbered('keep', 5), ...numbered('new', 2)].map((record) => record.event_id);
      expect((await idsIn(place)).sort()).toEqual(left.sort());
      expect((await place.count(tenant)).hypotheses_data).toBe(7);
      expect(await place.rewrite(() => true)).toBe(0);
    });
  });
}

/** A text that looks like a record of another tenant's. */
const tenantInText = '"tenant_id":"other", {"tenant_id":"other"}';

async function idsIn(place: Place): Promise<string[]> {
  return (await collect(place.read('hypotheses_data'))).map((record) => record.event_id);
}

function feedback(eventId: string): TrainingRecords['user_feedback'] {
  const { timestamp, event_id, tenant_id, user_id, interaction_id } = hypothesesRecord(eventId);
  return { timestamp, event_id, tenant_id, user_id, interaction_id, type: 'rating', value: 5 };
}
