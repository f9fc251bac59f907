import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Log } from './log/log.ts';
import type { ServiceMetrics } from './observability/metrics.ts';
import type { Lifetime } from './process/lifetime.ts';

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
  lifetime: Lifetime;
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
