interface Entry {
  name: string;
  resource: AsyncDisposable;
}

/** What a process has opened, in order; closed once, in reverse. */
export class Lifetime {
  readonly #open: Entry[] = [];
  readonly #closing = new AbortController();

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Throws when the shutdown has begun; the resource is closed then, too. */
  use<T extends AsyncDisposable>(resource: T, name: string): T {
    this.#open.push({ name, resource });
    this.signal.throwIfAborted();
    return resource;
  }

  /**
   * Closes everything, last opened first. A resource that fails to close does not keep the others open: its
   * error goes to onError. Rejects with a sentence that names what is still open after deadlineMs.
   */
  async close(deadlineMs: number, onError: (error: unknown, name: string) => void): Promise<void> {
    this.#closing.abort(new Error('The process is shutting down.'));
    const { promise: deadline, reject } = Promise.withResolvers<never>();
    const late = () => new Error(`Not closed within ${deadlineMs / 1000} s: ${this.#names()}.`);
    const timer = setTimeout(() => reject(late()), deadlineMs);
    try {
      await Promise.race([this.#closeAll(onError), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #closeAll(onError: (error: unknown, name: string) => void): Promise<void> {
    for (let entry = this.#open.at(-1); entry !== undefined; entry = this.#open.at(-1)) {
      const { resource, name } = entry;
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        onError(error, name);
      }
      this.#open.splice(this.#open.indexOf(entry), 1);
    }
  }

  #names(): string {
    return this.#open
      .map((entry) => entry.name)
      .reverse()
      .join(', ');
  }
}
