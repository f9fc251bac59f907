import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTrainingLog } from './open.ts';
import { countRecords, readTrainingLog } from './read.ts';
import { rewriteSegments } from './rewrite.ts';
import { collect, readIds } from './testing/collect.ts';
import { eventIds, rememberingLog, temporaryDirectory } from './testing/locations.ts';
import { run, start, writerCommand } from './testing/processes.ts';
import { numbered } from './testing/records.ts';

const endless = 1_000_000;

it('keeps everything acknowledged by a writer that is killed, and takes its file over', {
  timeout: 60_000,
}, async () => {
  const dir = await temporaryDirectory();
  for (let life = 0; life < 5; life++) {
    const acknowledged = await killAfter(dir, `life-${life}`, 10 + life * 7);
    const ids = new Set(await readIds(dir));
    for (const { event_id } of numbered(`life-${life}`, acknowledged)) expect(ids).toContain(event_id);
    await using log = await openTrainingLog(dir, { log: rememberingLog() });
    await log.append('hypotheses_data', numbered(`after-${life}`, 1));
    expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toContain(`after-${life}-0`);
  }
  expect((await readdir(dir)).filter((file) => file.endsWith('.jsonl'))).toEqual(['hypotheses_data.jsonl']);
});

/** The number of records that the writer acknowledged before it was killed in the middle of its work. */
async function killAfter(dir: string, prefix: string, batches: number): Promise<number> {
  const { child, says } = start(writerCommand(dir, prefix, endless));
  const exit = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of says) {
    acknowledged = line.acknowledged ?? acknowledged;
    if (acknowledged >= batches * 20) child.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return acknowledged;
}

it('takes several writer processes on one directory', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  await Promise.all(['one', 'two', 'three'].map((prefix) => run(writerCommand(dir, prefix, 100))));
  const reader = readTrainingLog(dir, 'hypotheses_data');
  expect(await collect(reader)).toHaveLength(6_000);
  expect(reader.skipped).toEqual({ broken: 0, duplicates: 0 });
  expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(6_000);
});

it('loses nothing acknowledged when an erasure rewrites under a running writer', {
  timeout: 60_000,
}, async () => {
  const dir = await temporaryDirectory();
  const { says } = start(writerCommand(dir, 'live', 300));
  const erased = (id: string) => Number(id.slice('live-'.length)) % 7 === 0;
  let refused = 0;
  for await (const line of says) {
    refused += line.refused ?? 0;
    if ((line.acknowledged ?? 0) % 600 === 20)
      await rewriteSegments(dir, ({ event_id }) => !erased(event_id));
  }
  await rewriteSegments(dir, ({ event_id }) => !erased(event_id));
  const kept = numbered('live', 6_000)
    .map(({ event_id }) => event_id)
    .filter((id) => !erased(id));
  expect((await readIds(dir)).sort()).toEqual(kept.sort());
  expect(refused).toBe(0);
});

it('acknowledges nothing on a full disk, says so once, and writes when space returns', {
  timeout: 60_000,
}, async () => {
  const dir = await temporaryDirectory();
  const fill =
    'mount -t tmpfs -o size=2m tmpfs "$1" && head -c 1900000 /dev/zero > "$1/ballast" && shift && exec "$@"';
  const told = await run(['unshare', '-rm', 'sh', '-c', fill, 'sh', dir, ...writerCommand(dir, 'full', 60)]);
  expect(new Set(told.flatMap(({ code }) => code ?? []))).toEqual(new Set(['ENOSPC']));
  expect(told.at(-1)).toEqual({
    refused: 3,
    messages: ['training_log_unwritable', 'training_log_writable_again'],
    records: 1_200,
    broken: 0,
    duplicates: 0,
  });
});

it('leaves a segment whose write failed and goes on in a new one', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  const told = await run(['prlimit', '--fsize=100000', ...writerCommand(dir, 'limit', 30)]);
  expect(new Set(told.flatMap(({ code }) => code ?? []))).toEqual(new Set(['EFBIG']));
  expect(told.at(-1)).toMatchObject({ records: 600, broken: 0, duplicates: 0 });
});

it('never writes on after a failed fsync', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  const inject = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=5'];
  // One thread makes the file calls, so that the fifth fdatasync of the process is meant.
  const oneThread = { UV_THREADPOOL_SIZE: '1' };
  const told = await run(
    ['strace', '-f', '-qq', '-o', '/dev/null', ...inject, ...writerCommand(dir, 'eio', 10)],
    oneThread,
  );
  expect(told.at(-1)).toMatchObject({
    refused: 1,
    messages: ['training_log_unwritable', 'training_log_writable_again'],
    records: 200,
  });
  const [day = ''] = await readdir(join(dir, 'hypotheses_data'));
  const [finished = ''] = await readdir(join(dir, 'hypotheses_data', day));
  expect(await eventIds(join(dir, 'hypotheses_data', day, finished))).toHaveLength(80);
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toHaveLength(120);
});
