import { openDiskLog } from './disk/writer.ts';
import { isOnS3 } from './location.ts';
import type { TrainingLog, TrainingLogOptions } from './training-log.ts';

/**
 * Opens the training log for appending: a directory, or object storage with `s3://bucket/prefix`. Any number of processes
 * may append to one log. Rejects when a directory cannot be made, locked or read.
 */
export async function openTrainingLog(location: string, options: TrainingLogOptions): Promise<TrainingLog> {
  if (!isOnS3(location)) return openDiskLog(location, options);
  // The client of S3 costs a second of start and 30 MB; who writes to a disk does not load it.
  const { openS3Log } = await import('./s3/append.ts');
  return openS3Log(location, options);
}
