import { hash } from 'node:crypto';

const wordsPerId = 4;

/**
 * A set of ids that keeps only the first 16 bytes of their SHA-256, in one flat table: 22 to 43 bytes an id, up to
 * 64 while it grows. 100 million ids take about 3 GB; the chance that two of them collide is below 10^-22.
 */
export class IdSet {
  #slots = 1_024;
  #table = new Uint32Array(this.#slots * wordsPerId);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: string | Buffer): boolean {
    const key = keyOf(id);
    return this.#holds(this.#find(key));
  }

  /** False when the id was there already. */
  add(id: string | Buffer): boolean {
    const key = keyOf(id);
    const at = this.#find(key);
    if (this.#holds(at)) return false;
    this.#table.set(key, at);
    this.#size++;
    if (this.#size > this.#slots * 0.75) this.#grow();
    return true;
  }

  /** Where the key stands, or the free place where it belongs. */
  #find(key: Uint32Array): number {
    const [first = 0] = key;
    for (let slot = first % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * wordsPerId;
      if (!this.#holds(at) || key.every((word, i) => this.#table[at + i] === word)) return at;
    }
  }

  /** A stored key never has a zero in its last word. */
  #holds(at: number): boolean {
    return this.#table[at + wordsPerId - 1] !== 0;
  }

  #grow(): void {
    const previous = this.#table;
    this.#slots *= 2;
    this.#table = new Uint32Array(this.#slots * wordsPerId);
    for (let at = 0; at < previous.length; at += wordsPerId) {
      const key = previous.subarray(at, at + wordsPerId);
      if (key[wordsPerId - 1] !== 0) this.#table.set(key, this.#find(key));
    }
  }
}

function keyOf(id: string | Buffer): Uint32Array {
  const digest = hash('sha256', id, 'buffer');
  return Uint32Array.of(
    digest.readUInt32LE(0),
    digest.readUInt32LE(4),
    digest.readUInt32LE(8),
    digest.readUInt32LE(12) || 1,
  );
}
