import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { prepareEnvironment } from './config/dot-env.ts';
import { ConfigError } from './config/read-env.ts';
import { StartError } from './errors.ts';
import { createLog, type Log, type LogConfig } from './log.ts';
import { processMetrics } from './observability/metrics.ts';
import { isTracing, startTracing } from './observability/tracing.ts';
import { createService, ResourceStack, type Service } from './service.ts';
import { stopOnce, stopOnSignals, stopWithParent } from './shutdown.ts';

// After a burst V8 allocates some short-lived objects in the old generation, where they keep young objects alive until
// the next full collection. The flag must be set before the process does any work.
function setV8Flags(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

type Start<C> = (service: Service<C>) => Promise<void>;

/**
 * Runs until SIGINT or SIGTERM, then closes resources in reverse order. Exits with 1 after a bad configuration, a failed
 * start, a fatal error, or a resource that did not close in time. A ConfigError or StartError goes to stderr, not the log.
 */
export async function runService<C>(
  name: string,
  readConfig: (env: NodeJS.ProcessEnv) => C & LogConfig,
  start: Start<C>,
): Promise<void> {
  setV8Flags();
  try {
    prepareEnvironment();
    const config = readConfig(process.env);
    await run(name, config, createLog(config), start);
  } catch (error) {
    if (!isExpected(error)) throw error;
    printAndExit(error);
  }
}

/** With its own name in the log and in metrics; the parent closes it. */
export async function startWithin<C>(
  parent: Service<unknown>,
  name: string,
  config: C,
  start: Start<C>,
): Promise<void> {
  const { shared } = parent;
  await start(createService(name, config, { ...shared, metrics: shared.metrics.child(name) }));
}

async function run<C>(name: string, config: C, logs: Log, start: Start<C>): Promise<void> {
  const lifetime = new ResourceStack();
  const log = logs.createLogger(name);
  const stop = stopOnce(lifetime, log, logs);
  process.on('uncaughtException', (error) => failFatally(log, error, stop));
  stopOnSignals(log, stop);
  try {
    await stopWithParent(log, stop);
    if (isTracing()) lifetime.use(await startTracing(name), 'tracing');
    await start(createService(name, config, { logs, lifetime, stop, metrics: processMetrics() }));
  } catch (error) {
    // A start interrupted by the shutdown has not failed.
    if (lifetime.signal.aborted) return;
    if (!isExpected(error)) return failFatally(log, error, stop);
    printAndExit(error);
    stop();
  }
}

function failFatally(log: Logger, err: unknown, stop: () => void): void {
  process.exitCode = 1;
  log.fatal({ err }, 'unexpected_error');
  stop();
}

function isExpected(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof StartError;
}

function printAndExit(error: Error): void {
  process.exitCode = 1;
  process.stderr.write(`${error.message}\n`);
}
