import { setTimeout as sleep } from 'node:timers/promises';

interface Waiting {
  bytes: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Writes whatever callers handed in during the previous write as one group; the first does not wait for company. */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #maxBytes: number;
  readonly #gatherMs: number;
  #gathering = new AbortController();

  /**
   * `write` resolves when the bytes are durable; a group holds at most `maxBytes`, or a single caller's. Where a write
   * is dear, callers are gathered for `gatherMs` before each, or until a group is full.
   */
  constructor(write: (bytes: Buffer) => Promise<void>, maxBytes: number, gatherMs = 0) {
    this.#write = write;
    this.#maxBytes = maxBytes;
    this.#gatherMs = gatherMs;
  }

  /** Resolves when the bytes are durable; rejects with the error of the group they went with. */
  add(bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, resolve, reject });
    if (this.#gatherMs > 0 && this.#waitingBytes() >= this.#maxBytes) this.#gathering.abort();
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when everything handed in so far is written or rejected. */
  async drain(): Promise<void> {
    this.#gathering.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#gatherMs > 0) await this.#gather();
      await this.#commit(this.#takeGroup());
    }
    this.#running = undefined;
  }

  async #gather(): Promise<void> {
    const { signal } = this.#gathering;
    if (this.#waitingBytes() < this.#maxBytes)
      await sleep(this.#gatherMs, undefined, { signal }).catch(() => undefined);
    this.#gathering = new AbortController();
  }

  #waitingBytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      await this.#write(Buffer.concat(group.map(({ bytes }) => bytes)));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((next, at) => {
      bytes += next.bytes.length;
      return at > 0 && bytes > this.#maxBytes;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
