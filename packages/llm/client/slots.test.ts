import { expect, test } from 'vitest';
import { createSlots, getSharedSlots, type SlotRequest } from './slots.ts';

/** Calls by name: which started, which were preempted, and how to end them. */
function stage(maxConcurrency: number, slots = createSlots(maxConcurrency)) {
  const started: string[] = [];
  const preempted: string[] = [];
  const never = new AbortController().signal;
  const run = (name: string, changes: Partial<SlotRequest> = {}) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const request = { isBackground: false, signal: never, maxQueued: 10, ...changes };
    const ended = slots.run(request, (signal) => {
      started.push(name);
      signal.addEventListener('abort', () => preempted.push(name));
      return promise;
    });
    ended.catch(() => undefined);
    return { ended, end: resolve };
  };
  return { run, started, preempted, slots };
}

const background = { isBackground: true };

test('what somebody waits for starts before what nobody waits for, whoever came first', async () => {
  const { run, started } = stage(1);
  const first = run('first');
  const later = [run('persona 1', background), run('persona 2', background), run('request')];
  expect(started).toEqual(['first']);
  first.end();
  for (const call of later) call.end();
  await Promise.all(later.map(({ ended }) => ended));
  expect(started).toEqual(['first', 'request', 'persona 1', 'persona 2']);
});

test('a call that somebody waits for takes the slot of the youngest in the background, if none is free', async () => {
  const { run, started, preempted } = stage(2);
  const [old, young] = [run('old', background), run('young', background)];
  const request = run('request');
  expect(preempted).toEqual(['young']);
  expect(started).toEqual(['old', 'young']);
  young.end();
  await young.ended;
  await expect.poll(() => started).toEqual(['old', 'young', 'request']);
  request.end();
  await request.ended;
  run('another');
  expect(preempted, 'a slot is free').toEqual(['young']);
  old.end();
});

test('too many that wait are turned away, each kind by its own limit', async () => {
  const { run } = stage(1);
  run('running');
  run('waiting', { maxQueued: 1 });
  await expect(run('too many', { maxQueued: 1 }).ended).rejects.toMatchObject({ outcome: 'busy' });
  const persona = run('persona', { isBackground: true, maxQueued: 1 });
  await expect(Promise.race([persona.ended, Promise.resolve('waits')])).resolves.toBe('waits');
});

test('who stops waiting leaves the queue', async () => {
  const { run, started } = stage(1);
  const running = run('running');
  const leaving = new AbortController();
  const left = run('left', { signal: leaving.signal });
  leaving.abort();
  await expect(left.ended).rejects.toMatchObject({ outcome: 'busy' });
  running.end();
  await running.ended;
  const next = run('next');
  next.end();
  await next.ended;
  expect(started).toEqual(['running', 'next']);
});

test('a narrowed server gets one call at a time', async () => {
  const { run, started, slots } = stage(3);
  const calls = [run('one'), run('two')];
  slots.narrow();
  run('three');
  for (const { end, ended } of calls) {
    expect(started).toEqual(['one', 'two']);
    end();
    await ended;
  }
  await expect.poll(() => started).toEqual(['one', 'two', 'three']);
});

test('the calls to one server share its slots, and those to others do not', () => {
  const shared = getSharedSlots('http://slots-test/v1', 2);
  expect(getSharedSlots('http://slots-test/v1', 2)).toBe(shared);
  expect(getSharedSlots('http://slots-test-2/v1', 2)).not.toBe(shared);
});
