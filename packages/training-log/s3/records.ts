import { type LogName, logNames, type TrainingRecords } from '@learning-loop/events/training-records';
import { IdSet, RecordCounter } from '../id-set.ts';
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

/** Counts the distinct records of one log, reading only the objects that were not there at the last count. */
export class S3LogCounter {
  readonly #url: string;
  readonly #name: LogName;
  /** The version that was counted, by the object's name. */
  #counted = new Map<string, string>();
  #records = new RecordCounter();
  #running: Promise<void> | undefined;

  constructor(url: string, name: LogName) {
    this.#url = url;
    this.#name = name;
  }

  /** Those of one tenant. Calls at the same time share one reading. */
  async count(tenantId: string): Promise<number> {
    this.#running ??= this.#readOn().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    return this.#records.of(tenantId);
  }

  async #readOn(): Promise<void> {
    using bucket = new Bucket(this.#url);
    const listed = new Map<string, string>();
    for await (const { key, version } of bucket.list(this.#name)) listed.set(key, version);
    // An erasure replaced or removed an object: what was counted of it is not known apart.
    if ([...this.#counted].some(([key, version]) => listed.get(key) !== version)) this.#startOver();
    for (const [key, version] of listed) {
      if (this.#counted.has(key)) continue;
      for (const line of splitLines((await bucket.read(key)) ?? Buffer.alloc(0))) this.#records.add(line);
      this.#counted.set(key, version);
    }
  }

  #startOver(): void {
    this.#counted = new Map();
    this.#records = new RecordCounter();
  }
}
