import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type LogLocation, parseLocation } from '../location.ts';

export interface ListedObject {
  key: string;
  /** Changes with the content. */
  version: string;
}

const timeouts = { connectionTimeout: 3_000, requestTimeout: 15_000 };

/** Requests reject after about 15 s, or after the second failed attempt. */
export class Bucket implements Disposable {
  readonly location: LogLocation;
  readonly #client: S3Client;

  /** Address, region and credentials come from the AWS SDK's own variables and roles. */
  constructor(url: string) {
    this.location = parseLocation(url);
    const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
    // Other servers than AWS have no host name per bucket.
    const forcePathStyle = Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL);
    this.#client = new S3Client({ forcePathStyle, maxAttempts: 2, requestHandler: timeouts });
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    const { bucket: Bucket, prefix } = this.location;
    for (let token: string | undefined; ; ) {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket, Prefix: `${prefix}${folder}/`, ContinuationToken: token }),
      );
      for (const { Key: key = '', ETag: version = '' } of page.Contents ?? []) yield { key, version };
      token = page.NextContinuationToken;
      if (token === undefined) return;
    }
  }

  /** Undefined when it is gone. */
  async read(key: string): Promise<Buffer | undefined> {
    const request = new GetObjectCommand({ Bucket: this.location.bucket, Key: key });
    const response = await this.#client.send(request).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    });
    const bytes = await response?.Body?.transformToByteArray();
    return bytes && Buffer.from(bytes);
  }

  /** Rejects when the key exists. */
  async create(key: string, bytes: Buffer): Promise<void> {
    await this.#put(key, bytes, { IfNoneMatch: '*' });
  }

  /** Rejects when the object has another version now. */
  async replace({ key, version }: ListedObject, bytes: Buffer): Promise<void> {
    await this.#put(key, bytes, { IfMatch: version });
  }

  async #put(
    Key: string,
    Body: Buffer,
    condition: { IfMatch?: string; IfNoneMatch?: string },
  ): Promise<void> {
    const { bucket: Bucket } = this.location;
    const ContentType = 'application/x-ndjson';
    await this.#client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ...condition }));
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.location.bucket, Key: key }));
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}
