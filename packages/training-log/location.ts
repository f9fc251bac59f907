export interface LogLocation {
  bucket: string;
  /** Empty, or ends in a slash. */
  prefix: string;
}

const form = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/;

/** Whether the training data lies on object storage, and not in a directory. */
export function isOnS3(trainingDataDir: string): boolean {
  return trainingDataDir.startsWith('s3://');
}

/** Reads `s3://bucket/prefix`. Throws when it is none. */
export function parseLocation(url: string): LogLocation {
  const [, bucket, prefix] = form.exec(url) ?? [];
  if (!bucket) throw new Error(`${url} is not of the form s3://bucket/prefix`);
  return { bucket, prefix: prefix ? `${prefix}/` : '' };
}
