import { StartError } from '@learning-loop/service/errors';

export interface LogLocation {
  bucket: string;
  /** Empty, or ends in a slash. */
  prefix: string;
}

const s3Pattern = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/;

export function isOnS3(trainingDataDir: string): boolean {
  return trainingDataDir.startsWith('s3://');
}

export function parseLocation(url: string): LogLocation {
  const [, bucket, prefix] = s3Pattern.exec(url) ?? [];
  if (!bucket) throw new StartError(`TRAINING_DATA_DIR is "${url}"; it must be s3://bucket/prefix.`);
  return { bucket, prefix: prefix ? `${prefix}/` : '' };
}
