import { open } from 'node:fs/promises';
import type { LogName } from '@learning-loop/events/training-records';
import { ignoreMissing } from '../files.ts';
import { RecordCounter } from '../id-set.ts';
import { fileId, type Segment, segments } from '../layout.ts';
import { readLines } from '../lines.ts';

/** Counts the distinct records of one log, reading on from where the last count ended. */
export class LogCounter {
  readonly #dir: string;
  readonly #name: LogName;
  /** Bytes counted, by the id of the segment. */
  #counted = new Map<string, number>();
  #records = new RecordCounter();
  #running: Promise<void> | undefined;

  constructor(dir: string, name: LogName) {
    this.#dir = dir;
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
    const all = await segments(this.#dir, this.#name);
    if (this.#isRewritten(all)) this.#startOver();
    for (const segment of all) await this.#countSegment(segment);
  }

  /** An erasure replaced or shortened a segment: what was counted of it is not known apart. */
  #isRewritten(all: Segment[]): boolean {
    const bytes = new Map(all.map((segment) => [segment.id, segment.bytes]));
    return [...this.#counted].some(([id, counted]) => (bytes.get(id) ?? -1) < counted);
  }

  #startOver(): void {
    this.#counted = new Map();
    this.#records = new RecordCounter();
  }

  async #countSegment({ path, bytes, id }: Segment): Promise<void> {
    const from = this.#counted.get(id) ?? 0;
    if (bytes <= from) return;
    await using handle = await ignoreMissing(open(path, 'r'));
    // Rotated since it was listed: the next count finds it where it is now.
    if (!handle || fileId(await handle.stat({ bigint: true })) !== id) return;
    for await (const { lines, end } of readLines(handle, from)) {
      for (const line of lines) this.#records.add(line);
      this.#counted.set(id, end);
    }
  }
}
