import type { Logger } from 'pino';
import type { Log } from '../log/log.ts';
import type { Lifetime } from './lifetime.ts';
import { findLaunchers, launcherGone } from './parent-watch.ts';

/** How long an ordered shutdown may take, in ms. */
const shutdownMs = 20_000;
/** Terminals and package managers send one Ctrl-C several times: within this time, in ms, it is the same one. */
const sameSignalMs = 500;

/** The shutdown: closes everything, writes the log, exits with process.exitCode. Further calls do nothing. */
export function stopOnce(lifetime: Lifetime, log: Logger, logs: Log): () => void {
  const stop = async () => {
    try {
      await lifetime.close(shutdownMs, (err, resource) => log.error({ err, resource }, 'close_failed'));
    } catch (error) {
      process.exitCode = 1;
      log.fatal(String(error));
    }
    log.info('stopped');
    await logs.flush();
    process.exit();
  };
  let stopping = false;
  return () => {
    if (!stopping) void stop();
    stopping = true;
  };
}

/** A second signal, unless it is the first one repeated, exits at once. */
export function stopOnSignals(log: Logger, stop: () => void): void {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (first !== undefined && performance.now() - first > sameSignalMs) process.exit(1);
      if (first === undefined) log.info({ signal }, 'stopping');
      first ??= performance.now();
      stop();
    });
  }
}

/** Resolves as soon as the launchers are known: only then is the end of one seen. */
export async function stopWithLauncher(log: Logger, stop: () => void): Promise<void> {
  const launchers = await findLaunchers();
  if (launchers.length > 0) void stopWhenGone(launchers, log, stop);
}

async function stopWhenGone(launchers: number[], log: Logger, stop: () => void): Promise<void> {
  await launcherGone(launchers);
  log.info({ signal: 'the package manager ended' }, 'stopping');
  stop();
}
