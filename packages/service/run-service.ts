import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { ConfigError, prepareEnvironment } from './config/read-env.ts';
import { StartError } from './errors.ts';
import { createLog, type Log, type LogConfig } from './log.ts';
import { processMetrics } from './observability/metrics.ts';
import { isTracing, startTracing } from './observability/tracing.ts';
import { createService, ResourceStack, type Service } from './service.ts';
import { stopOnce, stopOnSignals, stopWithParent } from './shutdown.ts';

/**
 * Lets what lives for one request die young. V8 makes objects in the old generation where it has seen them live long,
 * as it does in a burst; afterwards each keeps the young objects that it refers to until the next full collection.
 * To be called before the process has worked.
 */
function setV8Flags(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

type Start<C> = (service: Service<C>) => Promise<void>;

/**
 * Runs a service until SIGINT or SIGTERM, then closes what it used, in reverse order, and exits: 0 after a clean
 * stop, 1 when the configuration or the start was at fault, the service failed, or something did not close in time.
 * A ConfigError or StartError is said on stderr as it is; any other error goes to the log with its stack.
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

/** Starts a service within the process of another, which closes it. It has its own name in log and metrics. */
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
  const log = logs.of(name);
  const stop = stopOnce(lifetime, log, logs);
  process.on('uncaughtException', (error) => failFatally(log, error, stop));
  stopOnSignals(log, stop);
  try {
    await stopWithParent(log, stop);
    if (isTracing()) lifetime.use(await startTracing(name), 'tracing');
    await start(createService(name, config, { logs, lifetime, stop, metrics: processMetrics() }));
  } catch (error) {
    // A start that the shutdown interrupted has not failed.
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
