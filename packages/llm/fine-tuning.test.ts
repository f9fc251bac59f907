import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { connectFineTuning, FineTuneError } from './fine-tuning.ts';

async function fileServer() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"file-1"}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { bodies, api: connectFineTuning({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'secret' }) };
}

test('a file is uploaded whole, under its name', async () => {
  const { bodies, api } = await fileServer();
  const path = join(await mkdtemp(join(tmpdir(), 'upload-')), 'samples.jsonl');
  await writeFile(path, '{"messages":[]}\n'.repeat(3));
  expect(await api.upload(path)).toBe('file-1');
  expect(bodies[0]).toContain('filename="samples.jsonl"');
  expect(bodies[0]).toContain('{"messages":[]}\n'.repeat(3));
});

test('a file that is gone is an error of the call, and not the end of the process', async () => {
  const { bodies, api } = await fileServer();
  const failure = await api.upload('/nowhere/samples.jsonl').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FineTuneError);
  expect(failure).toMatchObject({ retryAfterMs: 30_000 });
  expect(bodies).toEqual([]);
});
