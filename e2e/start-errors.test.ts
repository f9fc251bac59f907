import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer } from 'standalone/launch';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'standalone-'));
  await chmod(directory, 0o755);
});

afterEach(() => rm(directory, { recursive: true }));

test('bad variables are named, all of them, with what they must be', async () => {
  const started = startServer(directory, {
    PORT: 'abc',
    MIN_CONFIDENCE_FOR_TRAINING: '7',
    SLM_IMPL: 'magic',
  });
  await expect(started).rejects.toMatchObject({
    exitCode: 1,
    message: [
      'PORT is "abc"; it must be an integer from 0 to 65535.',
      'SLM_IMPL is "magic"; it must be one of rules, ollama, vllm, openai.',
      'MIN_CONFIDENCE_FOR_TRAINING is "7"; it must be a number from 0 to 1.',
    ].join('\n'),
  });
});

test('a taken port is named', async () => {
  const occupant = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void occupant.close());
  await once(occupant, 'listening');
  const address = occupant.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(startServer(directory, { PORT: String(port) })).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(new RegExp(`^Port ${port} on 127.0.0.1 is taken;.*\\.$`)),
  });
});

test.each(['DATA_DIR', 'LOG_DIR', 'TRAINING_DATA_DIR'])('%s that is a file is named', async (variable) => {
  const file = path.join(directory, 'a-file');
  await writeFile(file, '');
  await expect(startServer(directory, { [variable]: file })).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(new RegExp(`^[^\\n]*${file}[^\\n]*\\.$`)),
  });
});

test('a first start logs no warning and no error', async () => {
  const server = await startServer(directory, { HOST: '[::1]' });
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await server.stop()).toBe(0);
  const log = await readFile(path.join(directory, 'logs/app.log'), 'utf8');
  const lines: { level: string; msg: string }[] = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const start = lines.slice(
    0,
    lines.findIndex(({ msg }) => msg === 'stopping'),
  );
  expect(start.map(({ msg }) => msg)).toContain('listening');
  expect(start.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level))).toEqual([]);
});
