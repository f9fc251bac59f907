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
  /**
   * Resolves when all records are durable, in order. A rejected call (ENOSPC, EIO, …) can be repeated. `readAt`, of
   * performance.now(), is when their content was read, at the earliest: rejects with OutdatedRecords if the log may have
   * been rewritten since, as by an erasure. On object storage only after `uploadWithinMs`.
   */
  append<N extends LogName>(name: N, records: TrainingRecords[N][], readAt?: number): Promise<void>;
  /** Rejects as `append` to one of the logs would, before anything is written to another. */
  prepare(names: readonly LogName[], readAt: number): Promise<void>;
}

/** What was to be written may have been erased since it was read: read it again. */
export class OutdatedRecords extends Error {
  override name = 'OutdatedRecords';
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

export interface Lines {
  bytes: Buffer;
  /** See `append`. */
  readAt: number;
}

/** Those of several that are not outdated are written, though others are. */
export function createLineBatcher(
  write: (lines: Lines) => Promise<void>,
  lingerMs = 0,
): Pick<Batcher<Lines, void>, 'add' | 'drain'> {
  async function writeAll(parts: Lines[]): Promise<(OutdatedRecords | undefined)[]> {
    const bytes = Buffer.concat(parts.map((part) => part.bytes));
    const outdated = await writeIfCurrent({ bytes, readAt: Math.min(...parts.map(({ readAt }) => readAt)) });
    if (outdated === undefined || parts.length === 1) return parts.map(() => outdated);
    const outcomes: (OutdatedRecords | undefined)[] = [];
    for (const part of parts) outcomes.push(await writeIfCurrent(part));
    return outcomes;
  }

  async function writeIfCurrent(lines: Lines): Promise<OutdatedRecords | undefined> {
    try {
      await write(lines);
      return undefined;
    } catch (error) {
      if (error instanceof OutdatedRecords) return error;
      throw error;
    }
  }

  const batcher = createBatcher(writeAll, {
    limit: maxBatchBytes,
    weigh: ({ bytes }) => bytes.length,
    lingerMs,
  });
  return {
    async add(lines) {
      const outdated = await batcher.add(lines);
      if (outdated !== undefined) throw outdated;
    },
    drain: () => batcher.drain(),
  };
}

export function toLines(records: TrainingRecords[LogName][]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
