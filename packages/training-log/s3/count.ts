import type { LogName } from '@learning-loop/events/training-records';
import { RecordCounter } from '../id-set.ts';
import { splitLines } from '../lines.ts';
import { Bucket } from './bucket.ts';

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
