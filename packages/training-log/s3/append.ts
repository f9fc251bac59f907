import { randomUUID } from 'node:crypto';
import { type LogName, logNames } from '@learning-loop/events/training-records';
import { utcDay } from '../layout.ts';
import {
  createLineBatcher,
  OutageLog,
  type TrainingLog,
  type TrainingLogOptions,
  toLines,
} from '../training-log.ts';
import { Bucket } from './bucket.ts';

/** An upload takes about 50 ms and costs a request: records wait for company for this long. */
const lingerMs = 500;

/**
 * The training log on object storage. Each group of records is an object of its own,
 * `<prefix>/<log>/dt=<UTC date>/<time>-<number>-<writer>.jsonl`, so that writers never meet; it is acknowledged once the
 * upload is answered. An upload that failed without an answer may have arrived: its records then come twice, and
 * readers keep the first.
 */
export function openS3Log(url: string, { log, now = () => new Date() }: TrainingLogOptions): TrainingLog {
  const bucket = new Bucket(url);
  const episode = new OutageLog(log);
  const nextName = namer(bucket.place.prefix, now);
  const batchers = new Map(logNames.map((name) => [name, createLineBatcher(upload(name), lingerMs)]));
  let closed = false;

  function upload(name: LogName) {
    return async (bytes: Buffer): Promise<void> => {
      await bucket.create(nextName(name), bytes).catch((error: unknown) => {
        episode.failed(name, error);
        throw error;
      });
      episode.succeeded(name);
    };
  }

  return {
    async append(name, records) {
      if (closed) throw new Error('The training log is closed.');
      if (records.length === 0) return;
      await batchers.get(name)?.add(toLines(records));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...batchers.values()].map((batcher) => batcher.drain()));
      bucket[Symbol.dispose]();
    },
  };
}

/** Names that sort by time, those of one writer in the order they were asked for, and that no other writer takes. */
function namer(prefix: string, now: () => Date): (name: LogName) => string {
  const writer = randomUUID().slice(0, 13);
  let number = 0;
  return (name) => {
    const at = now();
    const stamp = at.toISOString().replaceAll(/[-:.]/g, '');
    number += 1;
    return `${prefix}${name}/dt=${utcDay(at)}/${stamp}-${String(number).padStart(9, '0')}-${writer}.jsonl`;
  };
}
