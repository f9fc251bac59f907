import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createBatcher } from './batcher.ts';

/** Work whose every batch ends when the test says so, with ten times each item. */
function manual() {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const work = (batch: number[]) => {
    batches.push(batch);
    return new Promise<number[]>((end) => ends.push(() => end(batch.map((item) => item * 10))));
  };
  return { batches, ends, work };
}

test('the first item is processed without waiting for company', async () => {
  const { batches, work } = manual();
  void createBatcher(work, { limit: 10 }).add(1);
  await expect.poll(() => batches).toEqual([[1]]);
});

test('what arrives during a batch is the next one, as much as fits', async () => {
  const { batches, ends, work } = manual();
  const batcher = createBatcher(work, { limit: 3 });
  void batcher.add(0);
  await expect.poll(() => batches.length).toBe(1);
  for (const item of [1, 2, 3, 4]) void batcher.add(item);
  expect(batcher.size).toBe(5);
  ends[0]?.();
  await expect.poll(() => batches).toEqual([[0], [1, 2, 3]]);
  expect(batcher.size).toBe(4);
  ends[1]?.();
  await expect.poll(() => batches.at(-1)).toEqual([4]);
  ends[2]?.();
  await expect.poll(() => batcher.size).toBe(0);
});

test('a batch is limited by weight, and one item may be heavier', async () => {
  const batches: string[][] = [];
  const work = async (batch: string[]) => {
    batches.push(batch);
    return batch;
  };
  const batcher = createBatcher(work, { limit: 5, weigh: ({ length }) => length });
  await Promise.all(['aa', 'bbb', 'c', 'dddddddd', 'e'].map(batcher.add));
  expect(batches).toEqual([['aa', 'bbb'], ['c'], ['dddddddd'], ['e']]);
});

test('an item is processed, however soon after the end of the last batch it is added', {
  timeout: 5_000,
}, async () => {
  for (let turns = 0; turns < 30; turns += 1) {
    const batcher = createBatcher(async (batch: number[]) => batch, { limit: 3 });
    await batcher.add(1);
    // Microtasks: between the batch's end and the next turn of the event loop a lane looks for work once more and ends.
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    expect(await batcher.add(2)).toBe(2);
  }
});

test('an item that is added the moment the last batch ends is processed too', async () => {
  const batcher = createBatcher(async (batch: number[]) => batch, { limit: 3 });
  for (let item = 0; item < 100; item += 1) expect(await batcher.add(item)).toBe(item);
});

test('two batches run at a time where two may, and not three', async () => {
  const { batches, ends, work } = manual();
  const batcher = createBatcher(work, { limit: 1, concurrency: 2 });
  for (const item of [1, 2, 3]) void batcher.add(item);
  await expect.poll(() => batches).toEqual([[1], [2]]);
  ends[1]?.();
  await expect.poll(() => batches).toEqual([[1], [2], [3]]);
});

test('with an interval, what arrives until the next start is processed together', async () => {
  const started: number[] = [];
  const batches: number[][] = [];
  const work = async (batch: number[]) => {
    started.push(performance.now());
    if (batches.push(batch) === 1) {
      void batcher.add(1);
      setImmediate(() => void batcher.add(2));
    }
    return batch;
  };
  const batcher = createBatcher(work, { limit: 10, minIntervalMs: 500 });
  const asked = performance.now();
  void batcher.add(0);
  await expect.poll(() => batches, { timeout: 5_000 }).toEqual([[0], [1, 2]]);
  expect((started[1] ?? 0) - asked).toBeGreaterThanOrEqual(499);
});

describe('lingering', () => {
  test('a batch that is full does not wait', async () => {
    const { batches, work } = manual();
    const batcher = createBatcher(work, { limit: 2, lingerMs: 60_000 });
    void batcher.add(1);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(batches).toEqual([]);
    void batcher.add(2);
    await expect.poll(() => batches).toEqual([[1, 2]]);
  });

  test('the next batch lingers again after a full one', async () => {
    const { batches, ends, work } = manual();
    const batcher = createBatcher(work, { limit: 2, lingerMs: 60_000 });
    const full = [batcher.add(1), batcher.add(2)];
    await expect.poll(() => ends.length).toBe(1);
    ends[0]?.();
    await Promise.all(full);
    void batcher.add(3);
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    expect(batches).toEqual([[1, 2]]);
  });

  test('two lanes do not process an empty batch', async () => {
    const sizes: number[] = [];
    const work = async (batch: number[]) => {
      sizes.push(batch.length);
      return batch;
    };
    const batcher = createBatcher(work, { limit: 10, concurrency: 2, lingerMs: 5 });
    await Promise.all([1, 2].map(batcher.add));
    await batcher.drain();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sizes).toEqual([2]);
  });

  test('drain ends although every batch brings new items', async () => {
    let batches = 0;
    const work = async (batch: number[]) => {
      batches += 1;
      if (batches < 100) void batcher.add(batches);
      return batch;
    };
    const batcher = createBatcher(work, { limit: 10 });
    void batcher.add(0);
    await batcher.drain();
    expect(batches).toBeLessThan(5);
  });

  test('drain processes at once what was added, all of it', async () => {
    const batches: number[][] = [];
    const work = async (batch: number[]) => {
      batches.push(batch);
      return batch;
    };
    const batcher = createBatcher(work, { limit: 2, lingerMs: 60_000 });
    for (const item of [1, 2, 3]) void batcher.add(item);
    await batcher.drain();
    expect(batches).toEqual([[1, 2], [3]]);
    expect(batcher.size).toBe(0);
  });
});

describe('results', () => {
  test('every caller gets its own', async () => {
    const { ends, work } = manual();
    const batcher = createBatcher(work, { limit: 10 });
    const results = Promise.all([1, 2, 3].map(batcher.add));
    await expect.poll(() => ends.length).toBe(1);
    ends[0]?.();
    expect(await results).toEqual([10, 20, 30]);
  });

  test('a batch that fails rejects its callers, and not those of the next', async () => {
    let calls = 0;
    const work = async (batch: number[]) => {
      calls += 1;
      if (calls === 1) throw new Error('disk full');
      return batch;
    };
    const batcher = createBatcher(work, { limit: 2 });
    const results = await Promise.allSettled([1, 2, 3].map(batcher.add));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  test('a batch that is answered in part rejects all of its callers', async () => {
    const batcher = createBatcher(async (batch: number[]) => batch.slice(1), { limit: 10 });
    const results = await Promise.allSettled([1, 2].map(batcher.add));
    const rejected = { status: 'rejected', reason: new Error('A batch was answered in part.') };
    expect(results).toEqual([rejected, rejected]);
  });

  test('an item that fails alone is not repeated', async () => {
    let calls = 0;
    const work = async (): Promise<number[]> => {
      calls += 1;
      throw new Error('bad item');
    };
    const batcher = createBatcher(work, { limit: 3, isItemError: () => true });
    await expect(batcher.add(1)).rejects.toThrow('bad item');
    expect(calls).toBe(1);
  });

  test('an error of one item is repeated one by one, and rejects that item only', async () => {
    const sizes: number[] = [];
    const work = async (batch: number[]) => {
      sizes.push(batch.length);
      if (batch.includes(2)) throw new RangeError('2 is no item');
      return batch;
    };
    const batcher = createBatcher(work, { limit: 10, isItemError: (error) => error instanceof RangeError });
    const results = await Promise.allSettled([1, 2, 3].map(batcher.add));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(sizes).toEqual([3, 1, 1, 1]);
  });
});

test('a check for item errors that throws rejects the batch, and the next one is processed', async () => {
  const work = async (batch: number[]) => {
    if (batch.includes(1)) throw new Error('down');
    return batch;
  };
  const isItemError = () => {
    throw new TypeError('a bug');
  };
  const batcher = createBatcher(work, { limit: 2, isItemError });
  const results = await Promise.allSettled([1, 2].map(batcher.add));
  expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual([
    'Error: down',
    'Error: down',
  ]);
  expect(await batcher.add(3)).toBe(3);
});

test('a batch runs in the asynchronous context of the item that came first', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const batcher = createBatcher(
    async (batch: number[]) => {
      seen.push(storage.getStore());
      return batch;
    },
    { limit: 10 },
  );
  const first = storage.run('first', () => batcher.add(1));
  const second = storage.run('second', () => batcher.add(2));
  await Promise.all([first, second]);
  await storage.run('third', () => batcher.add(3));
  expect(seen).toEqual(['first', 'third']);
});

test('items left over by a full batch run in the context of the first of them', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const work = async (batch: number[]) => {
    seen.push(storage.getStore());
    return batch;
  };
  const batcher = createBatcher(work, { limit: 2 });
  const names = ['first', 'second', 'third', 'fourth'];
  await Promise.all(names.map((name, item) => storage.run(name, () => batcher.add(item))));
  expect(seen).toEqual(['first', 'third']);
});
