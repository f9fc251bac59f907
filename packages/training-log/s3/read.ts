import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { IdSet } from '../id-set.ts';
import { parseRecord, splitLines } from '../lines.ts';
import { Bucket } from './bucket.ts';

/** Reads all objects of a log in the order of time, one at a time. What was left out is counted in `skipped`. */
export async function* readS3Log<N extends LogName>(
  url: string,
  name: N,
  skipped: { broken: number; duplicates: number },
): AsyncGenerator<TrainingRecords[N]> {
  using bucket = new Bucket(url);
  const ids = new IdSet();
  for await (const { key } of bucket.list(name)) {
    for (const line of splitLines((await bucket.read(key)) ?? Buffer.alloc(0))) {
      const record = parseRecord<N>(line);
      if (!record) skipped.broken++;
      else if (!ids.add(record.event_id)) skipped.duplicates++;
      else yield record;
    }
  }
}
