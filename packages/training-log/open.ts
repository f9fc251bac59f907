import { openDiskLog } from './disk/writer.ts';
import { isOnS3 } from './location.ts';
import type { TrainingLog, TrainingLogOptions } from './training-log.ts';

/** `location` is a directory or `s3://bucket/prefix`. Any number of processes may append to one log. */
export async function openTrainingLog(location: string, options: TrainingLogOptions): Promise<TrainingLog> {
  if (!isOnS3(location)) return openDiskLog(location, options);
  // Loaded on demand: the S3 client costs 1 s at start and 30 MB.
  const { openS3Log } = await import('./s3/append.ts');
  return openS3Log(location, options);
}
