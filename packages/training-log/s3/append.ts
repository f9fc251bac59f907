import { randomUUID } from 'node:crypto';
import { type LogName, logNames } from '@learning-loop/events/training-records';
import { utcDay } from '../layout.ts';
import {
  createLineBatcher,
  type Lines,
  OutageLog,
  OutdatedRecords,
  type TrainingLog,
  type TrainingLogOptions,
  toLines,
} from '../training-log.ts';
import { Bucket } from './bucket.ts';

/** An upload takes about 50 ms and costs a request, so records are collected first. */
const lingerMs = 500;
/** A process that was frozen for longer may hold what was erased meanwhile. */
const uploadWithinMs = 6_000;

/** An upload without a response may have arrived: a retry stores its records twice, and readers keep the first. */
export function openS3Log(url: string, { log, now = () => new Date() }: TrainingLogOptions): TrainingLog {
  const bucket = new Bucket(url);
  const outages = new OutageLog(log);
  const nextKey = createKeyGenerator(bucket.location.prefix, now);
  const batchers = new Map(logNames.map((name) => [name, createLineBatcher(upload(name), lingerMs)]));
  let closed = false;

  function upload(name: LogName) {
    return async ({ bytes, readAt }: Lines): Promise<void> => {
      if (performance.now() - readAt > uploadWithinMs)
        throw new OutdatedRecords('These records waited too long for their upload; read them again.');
      await bucket.create(nextKey(name), bytes).catch((error: unknown) => {
        outages.failed(name, error);
        throw error;
      });
      outages.succeeded(name);
    };
  }

  return {
    async append(name, records, readAt = Number.POSITIVE_INFINITY) {
      if (closed) throw new Error('The training log is closed.');
      if (records.length === 0) return;
      await batchers.get(name)?.add({ bytes: toLines(records), readAt });
    },
    /** Each upload is an object of its own. */
    prepare: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...batchers.values()].map((batcher) => batcher.drain()));
      bucket[Symbol.dispose]();
    },
  };
}

/** `<prefix>/<log>/dt=<UTC date>/<time>-<number>-<writer>.jsonl`: sorts by time, and no two writers conflict. */
function createKeyGenerator(prefix: string, now: () => Date): (name: LogName) => string {
  const writer = randomUUID().slice(0, 13);
  let number = 0;
  return (name) => {
    const at = now();
    const stamp = at.toISOString().replaceAll(/[-:.]/g, '');
    number += 1;
    return `${prefix}${name}/dt=${utcDay(at)}/${stamp}-${String(number).padStart(9, '0')}-${writer}.jsonl`;
  };
}
