import type { LogName } from '@learning-loop/events/training-records';
import { errorCode } from './files.ts';

/** The part of a pino logger that the training log writes to. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says once that the logs cannot be written, whoever retries how often, and once that they can again. */
export class FaultEpisode {
  readonly #log: Log;
  readonly #failing = new Map<LogName, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  failed(name: LogName, error: unknown): void {
    const code = errorCode(error) ?? 'unknown';
    const known = [...this.#failing.values()].includes(code);
    this.#failing.set(name, code);
    if (!known) this.#log.error({ err: error, log: name, code }, 'training_log_unwritable');
  }

  succeeded(name: LogName): void {
    if (this.#failing.delete(name) && this.#failing.size === 0) {
      this.#log.info({ log: name }, 'training_log_writable_again');
    }
  }
}
