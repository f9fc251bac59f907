interface Waiting {
  bytes: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Writes whatever callers handed in during the previous write as one group; the first never waits for company. */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #maxBytes: number;

  /** `write` resolves when the bytes are durable; a group holds at most `maxBytes`, or a single caller's. */
  constructor(write: (bytes: Buffer) => Promise<void>, maxBytes: number) {
    this.#write = write;
    this.#maxBytes = maxBytes;
  }

  /** Resolves when the bytes are durable; rejects with the error of the group they went with. */
  add(bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when everything handed in so far is written or rejected. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
    this.#running = undefined;
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
