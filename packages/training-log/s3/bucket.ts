import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type LogLocation, parseLocation } from '../location.ts';

/** One object, as the listing names it. `version` changes with its content. */
export interface Listed {
  key: string;
  version: string;
}

const patience = { connectionTimeout: 3_000, requestTimeout: 15_000 };

/** The objects below the place of a training log. Requests reject after about 15 s, or after a second failed try. */
export class Bucket implements Disposable {
  readonly place: LogLocation;
  readonly #client: S3Client;

  /** The address, region and credentials are those of the AWS library's own variables and roles. */
  constructor(url: string) {
    this.place = parseLocation(url);
    const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
    // Servers other than AWS have no name for each bucket.
    const forcePathStyle = Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL);
    this.#client = new S3Client({ forcePathStyle, maxAttempts: 2, requestHandler: patience });
  }

  /** What is there below `folder`, in the order of names. */
  async *list(folder: string): AsyncGenerator<Listed> {
    const { bucket: Bucket, prefix } = this.place;
    for (let token: string | undefined; ; ) {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket, Prefix: `${prefix}${folder}/`, ContinuationToken: token }),
      );
      for (const { Key: key = '', ETag: version = '' } of page.Contents ?? []) yield { key, version };
      token = page.NextContinuationToken;
      if (token === undefined) return;
    }
  }

  /** The bytes of an object; undefined when it is no longer there. Objects hold at most one group of records. */
  async read(key: string): Promise<Buffer | undefined> {
    const request = new GetObjectCommand({ Bucket: this.place.bucket, Key: key });
    const answer = await this.#client.send(request).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    });
    const bytes = await answer?.Body?.transformToByteArray();
    return bytes && Buffer.from(bytes);
  }

  /** Stores a new object; rejects when there is one of that name. */
  async create(key: string, bytes: Buffer): Promise<void> {
    await this.#put(key, bytes, { IfNoneMatch: '*' });
  }

  /** Replaces an object whole; rejects when it is no longer this version. */
  async replace({ key, version }: Listed, bytes: Buffer): Promise<void> {
    await this.#put(key, bytes, { IfMatch: version });
  }

  async #put(
    Key: string,
    Body: Buffer,
    condition: { IfMatch?: string; IfNoneMatch?: string },
  ): Promise<void> {
    const { bucket: Bucket } = this.place;
    const ContentType = 'application/x-ndjson';
    await this.#client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ...condition }));
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.place.bucket, Key: key }));
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}
