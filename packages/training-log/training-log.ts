import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import type { Log } from './outage-log.ts';

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
