import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Log } from './log.ts';
import type { ServiceMetrics } from './observability/metrics.ts';

interface Entry {
  name: string;
  resource: AsyncDisposable;
}

export class ResourceStack {
  readonly #open: Entry[] = [];
  readonly #closing = new AbortController();

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Throws during shutdown, but the resource is closed all the same. */
  use<T extends AsyncDisposable>(resource: T, name: string): T {
    this.#open.push({ name, resource });
    this.signal.throwIfAborted();
    return resource;
  }

  /** One that fails to close does not stop the others. Rejects after deadlineMs, naming those that are still open. */
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

export interface Service<C> {
  name: string;
  config: C;
  log: Logger;
  metrics: Registry;
  /** Aborted at shutdown, before anything is closed. */
  signal: AbortSignal;
  /** Closed at shutdown, in reverse order. The label is for the log. */
  use<T extends AsyncDisposable>(resource: T, label?: string): T;
  /** Logs the error, shuts down and exits with 1. */
  fail(error: Error): void;
  /** For startWithin only. */
  shared: Shared;
}

export interface Shared {
  logs: Log;
  metrics: ServiceMetrics;
  lifetime: ResourceStack;
  /** Exits with process.exitCode. */
  stop(): void;
}

export function createService<C>(name: string, config: C, shared: Shared): Service<C> {
  const { lifetime, metrics, logs } = shared;
  const log = logs.createLogger(name);
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
