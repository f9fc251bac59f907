import { type Batcher, createBatcher } from '@learning-loop/async/batcher';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { errorCode } from './files.ts';

/** The part of a pino logger that the training log writes to. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says once that the logs cannot be written, whoever retries how often, and once that they can again. */
export class OutageLog {
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

export interface TrainingLog extends AsyncDisposable {
  /**
   * Resolves when all records are durable, in this order, one line each. Rejects when they are not (ENOSPC, EIO, …):
   * then nothing is acknowledged, and the same call may be made again. Concurrent calls share one write and fsync.
   */
  append<N extends LogName>(name: N, records: TrainingRecords[N][]): Promise<void>;
}

export interface TrainingLogOptions {
  log: Log;
  /** Size in bytes from which a segment is finished and a new one begun. Default 256 MB. */
  rotateBytes?: number;
  now?: () => Date;
  /** Told of every group of lines that became durable. */
  onWritten?: (written: Written) => void;
}

export interface Written {
  log: LogName;
  bytes: number;
  seconds: number;
}

const maxGroupBytes = 8_388_608;

/**
 * Group commit of lines: what callers append during one write goes with the next, 8 MB at most or a single caller's.
 * Where a write is expensive, callers are collected for `lingerMs` before each.
 */
export function createLineBatcher(
  write: (bytes: Buffer) => Promise<void>,
  lingerMs = 0,
): Batcher<Buffer, undefined> {
  const writeAll = async (lines: Buffer[]) => {
    await write(Buffer.concat(lines));
    return lines.map(() => undefined);
  };
  return createBatcher(writeAll, { limit: maxGroupBytes, weigh: ({ length }) => length, lingerMs });
}

/** One line for each record, as the files and objects hold them. */
export function toLines(records: TrainingRecords[LogName][]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
