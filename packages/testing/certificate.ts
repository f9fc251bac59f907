import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

/** A key and a certificate of 127.0.0.1 that has signed itself, as files. */
export async function certificateForTest(): Promise<{ keyFile: string; certFile: string }> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'tls-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const of = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certFile];
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...of]);
  return { keyFile, certFile };
}
