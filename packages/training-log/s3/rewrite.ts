import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { parseRecord, splitLines } from '../lines.ts';
import { Bucket, type Listed } from './bucket.ts';

type Keep = (record: TrainingRecords[LogName]) => boolean;

/**
 * Removes every record that `keep` refuses, with the broken lines: each object is replaced whole, or removed when nothing
 * is left of it. Returns the records removed. Rejects when another rewrite replaced an object meanwhile; the call can be
 * made again. A bucket that keeps old versions needs a rule that ends them.
 */
export async function rewriteS3Log(url: string, keep: Keep): Promise<number> {
  using bucket = new Bucket(url);
  let removed = 0;
  for (const name of logNames)
    for await (const object of bucket.list(name)) removed += await rewriteObject(bucket, object, keep);
  return removed;
}

async function rewriteObject(bucket: Bucket, object: Listed, keep: Keep): Promise<number> {
  const lines = splitLines((await bucket.read(object.key)) ?? Buffer.alloc(0));
  const records = lines.map((line) => ({ line, record: parseRecord(line) }));
  const wanted = records.filter(({ record }) => record !== undefined && keep(record));
  if (wanted.length === lines.length) return 0;
  const text = wanted.flatMap(({ line }) => [line, Buffer.from('\n')]);
  if (wanted.length > 0) await bucket.replace(object, Buffer.concat(text));
  else await bucket.remove(object.key);
  return records.filter(({ record }) => record !== undefined).length - wanted.length;
}
