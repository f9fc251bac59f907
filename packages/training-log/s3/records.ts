import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { IdSet, RecordCounter } from '../id-set.ts';
import { parseRecord, splitLines } from '../lines.ts';
import { Bucket, type ListedObject } from './bucket.ts';

type Keep = (record: TrainingRecords[LogName]) => boolean;

/** Rejects when another rewrite replaced an object. A versioned bucket needs a rule that deletes old versions. */
export async function rewriteS3Log(url: string, keep: Keep): Promise<number> {
  using bucket = new Bucket(url);
  let removed = 0;
  for (const name of logNames)
    for await (const object of bucket.list(name)) removed += await rewriteObject(bucket, object, keep);
  return removed;
}

async function rewriteObject(bucket: Bucket, object: ListedObject, keep: Keep): Promise<number> {
  const lines = splitLines((await bucket.read(object.key)) ?? Buffer.alloc(0));
  const records = lines.map((line) => ({ line, record: parseRecord(line) }));
  const wanted = records.filter(({ record }) => record !== undefined && keep(record));
  if (wanted.length === lines.length) return 0;
  const text = wanted.flatMap(({ line }) => [line, Buffer.from('\n')]);
  if (wanted.length > 0) await bucket.replace(object, Buffer.concat(text));
  else await bucket.remove(object.key);
  return records.filter(({ record }) => record !== undefined).length - wanted.length;
}

/** Holds one object in memory at a time. */
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

/** Each count reads only new objects. */
export class S3LogCounter {
  readonly #url: string;
  readonly #name: LogName;
  #versionByKey = new Map<string, string>();
  #records = new RecordCounter();
  #running: Promise<void> | undefined;

  constructor(url: string, name: LogName) {
    this.#url = url;
    this.#name = name;
  }

  async count(tenantId: string): Promise<number> {
    this.#running ??= this.#readOn().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    return this.#records.count(tenantId);
  }

  async #readOn(): Promise<void> {
    using bucket = new Bucket(this.#url);
    const listed = new Map<string, string>();
    for await (const { key, version } of bucket.list(this.#name)) listed.set(key, version);
    // An erasure replaced or removed an object, whose records cannot be subtracted.
    if ([...this.#versionByKey].some(([key, version]) => listed.get(key) !== version)) this.#startOver();
    for (const [key, version] of listed) {
      if (this.#versionByKey.has(key)) continue;
      for (const line of splitLines((await bucket.read(key)) ?? Buffer.alloc(0))) this.#records.add(line);
      this.#versionByKey.set(key, version);
    }
  }

  #startOver(): void {
    this.#versionByKey = new Map();
    this.#records = new RecordCounter();
  }
}
