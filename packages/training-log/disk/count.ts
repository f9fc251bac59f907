import { open } from 'node:fs/promises';
import type { LogName } from '@learning-loop/events/training-records';
import { ignoreMissing } from '../files.ts';
import { RecordCounter } from '../id-set.ts';
import { fileId, listSegments, type Segment } from '../layout.ts';
import { readLines } from '../lines.ts';

/** Each count continues where the last one ended. */
export class LogCounter {
  readonly #dir: string;
  readonly #name: LogName;
  #bytesBySegment = new Map<string, number>();
  #records = new RecordCounter();
  #running: Promise<void> | undefined;

  constructor(dir: string, name: LogName) {
    this.#dir = dir;
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
    const all = await listSegments(this.#dir, this.#name);
    if (this.#isRewritten(all)) this.#startOver();
    for (const segment of all) await this.#countSegment(segment);
  }

  /** An erasure replaced or shortened a segment, whose records cannot be subtracted. */
  #isRewritten(all: Segment[]): boolean {
    const bytes = new Map(all.map((segment) => [segment.id, segment.bytes]));
    return [...this.#bytesBySegment].some(([id, counted]) => (bytes.get(id) ?? -1) < counted);
  }

  #startOver(): void {
    this.#bytesBySegment = new Map();
    this.#records = new RecordCounter();
  }

  async #countSegment({ path, bytes, id }: Segment): Promise<void> {
    const from = this.#bytesBySegment.get(id) ?? 0;
    if (bytes <= from) return;
    await using handle = await ignoreMissing(open(path, 'r'));
    // Rotated since it was listed: the next count finds it.
    if (!handle || fileId(await handle.stat({ bigint: true })) !== id) return;
    for await (const { lines, end } of readLines(handle, from)) {
      for (const line of lines) this.#records.add(line);
      this.#bytesBySegment.set(id, end);
    }
  }
}
