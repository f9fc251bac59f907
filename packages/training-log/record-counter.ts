import { IdSet } from './id-set.ts';

const generation = 250_000;

/** Counts distinct lines by their event_id, as far back as 250,000 of them, which bounds the memory to 16 MB. */
export class RecordCounter {
  #recent = new IdSet();
  #older = new IdSet();
  count = 0;

  add(line: Buffer): void {
    const id = eventIdOf(line);
    if (!id || this.#older.has(id) || !this.#recent.add(id)) return;
    this.count += 1;
    if (this.#recent.size < generation) return;
    this.#older = this.#recent;
    this.#recent = new IdSet();
  }
}

const idKey = Buffer.from('"event_id":"');

/** Found without parsing the line, which would take ten times as long: inside a JSON string the key's quotes are escaped. */
function eventIdOf(line: Buffer): Buffer | undefined {
  const start = line.indexOf(idKey);
  if (start < 0 || line.at(0) !== 0x7b || line.at(-1) !== 0x7d) return undefined;
  return line.subarray(start + idKey.length, line.indexOf(0x22, start + idKey.length));
}
