import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Log } from './log.ts';
import type { ServiceMetrics } from './observability/metrics.ts';

interface Entry {
  name: string;
  resource: AsyncDisposable;
}

/** What a process has opened, in order; closed once, in reverse. */
export class ResourceStack {
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

/** What a service is given to start with. */
export interface Service<C> {
  name: string;
  config: C;
  log: Logger;
  metrics: Registry;
  /** Aborted when the shutdown begins, before anything is closed. */
  signal: AbortSignal;
  /** Keeps a resource until the shutdown, which closes in reverse order. The label is for the log. */
  use<T extends AsyncDisposable>(resource: T, label?: string): T;
  /** A fatal error at run time: logged once, then the process shuts down in order and exits with 1. */
  fail(error: Error): void;
  /** What the services of one process share; only startWithin needs it. */
  shared: Shared;
}

export interface Shared {
  logs: Log;
  metrics: ServiceMetrics;
  lifetime: ResourceStack;
  /** Begins the shutdown, once; the process then exits with process.exitCode. */
  stop(): void;
}

export function createService<C>(name: string, config: C, shared: Shared): Service<C> {
  const { lifetime, metrics, logs } = shared;
  const log = logs.of(name);
  return {
    name,
    config,
    log,
    metrics,
    shared,
    signal: lifetime.signal,
    use: (resource, label = resource.constructor.name) => lifetime.use(resource, `${name} ${label}`),
    fail: (error) => {
      process.exitCode = 1;
      if (!lifetime.signal.aborted) log.fatal({ err: error }, 'service_failed');
      shared.stop();
    },
  };
}
