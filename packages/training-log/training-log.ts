import { type Batcher, createBatcher } from '@learning-loop/async/batcher';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { errorCode } from '@learning-loop/service/errors';

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Logs the start and the end of an outage once each, whatever the number of retries. */
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
  /** Resolves when all records are durable, in order. A rejected call (ENOSPC, EIO, …) can be repeated. */
  append<N extends LogName>(name: N, records: TrainingRecords[N][]): Promise<void>;
}

export interface TrainingLogOptions {
  log: Log;
  /** Maximum size of a segment. Default 256 MB. */
  rotateBytes?: number;
  now?: () => Date;
  onWritten?: (written: Written) => void;
}

export interface Written {
  log: LogName;
  bytes: number;
  seconds: number;
}

const maxBatchBytes = 8_388_608;

export function createLineBatcher(
  write: (bytes: Buffer) => Promise<void>,
  lingerMs = 0,
): Batcher<Buffer, undefined> {
  const writeAll = async (lines: Buffer[]) => {
    await write(Buffer.concat(lines));
    return lines.map(() => undefined);
  };
  return createBatcher(writeAll, { limit: maxBatchBytes, weigh: ({ length }) => length, lingerMs });
}

export function toLines(records: TrainingRecords[LogName][]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
