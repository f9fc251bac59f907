import { open } from 'node:fs/promises';
import type { LogName } from '@learning-loop/events/training-records';
import { absent } from './files.ts';
import { IdSet } from './id-set.ts';
import { fileId, type Segment, segments } from './layout.ts';
import { readLines } from './lines.ts';

const generation = 250_000;

/** Counts the distinct records of one log, reading on from where the last count ended. */
export class LogCounter {
  readonly #dir: string;
  readonly #name: LogName;
  /** Bytes counted, by the id of the segment. */
  #counted = new Map<string, number>();
  #records = 0;
  #recent = new IdSet();
  #older = new IdSet();
  #running: Promise<number> | undefined;

  constructor(dir: string, name: LogName) {
    this.#dir = dir;
    this.#name = name;
  }

  /** Calls at the same time share one reading. */
  count(): Promise<number> {
    this.#running ??= this.#readOn().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #readOn(): Promise<number> {
    const all = await segments(this.#dir, this.#name);
    if (this.#isRewritten(all)) this.#startOver();
    for (const segment of all) await this.#countSegment(segment);
    return this.#records;
  }

  /** An erasure replaced or shortened a segment: what was counted of it is not known apart. */
  #isRewritten(all: Segment[]): boolean {
    const bytes = new Map(all.map((segment) => [segment.id, segment.bytes]));
    return [...this.#counted].some(([id, counted]) => (bytes.get(id) ?? -1) < counted);
  }

  #startOver(): void {
    this.#counted = new Map();
    this.#records = 0;
    this.#recent = new IdSet();
    this.#older = new IdSet();
  }

  async #countSegment({ path, bytes, id }: Segment): Promise<void> {
    const from = this.#counted.get(id) ?? 0;
    if (bytes <= from) return;
    await using handle = await absent(open(path, 'r'));
    // Rotated since it was listed: the next count finds it where it is now.
    if (!handle || fileId(await handle.stat({ bigint: true })) !== id) return;
    for await (const { lines, end } of readLines(handle, from)) {
      for (const line of lines) if (this.#isNew(line)) this.#records++;
      this.#counted.set(id, end);
    }
  }

  #isNew(line: Buffer): boolean {
    const id = eventIdOf(line);
    if (!id || this.#older.has(id) || !this.#recent.add(id)) return false;
    if (this.#recent.size >= generation) {
      this.#older = this.#recent;
      this.#recent = new IdSet();
    }
    return true;
  }
}

const idKey = Buffer.from('"event_id":"');

/** Found without parsing the line, which would take ten times as long: inside a JSON string the key's quotes are escaped. */
function eventIdOf(line: Buffer): Buffer | undefined {
  const start = line.indexOf(idKey);
  if (start < 0 || line.at(0) !== 0x7b || line.at(-1) !== 0x7d) return undefined;
  return line.subarray(start + idKey.length, line.indexOf(0x22, start + idKey.length));
}
