import {
  appendFile,
  type FileHandle,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listSegments } from '../layout.ts';
import { openTrainingLog } from '../open.ts';
import { rewriteSegments } from '../rewrite.ts';
import { readIds } from '../testing/collect.ts';
import { eventIds, rememberingLog, temporaryDirectory } from '../testing/locations.ts';
import { hypothesesRecord, numbered } from '../testing/records.ts';

/** What somebody else does to the file while its bytes are made durable, the next times. */
async function duringNextSync(
  path: string,
  action: (time: number) => Promise<void>,
  times = 1,
): Promise<void> {
  await using handle = await open(path, 'a');
  const prototype: Pick<FileHandle, 'datasync'> = Object.getPrototypeOf(handle);
  const { datasync } = prototype;
  const spy = vi.spyOn(prototype, 'datasync');
  for (let time = 0; time < times; time += 1)
    spy.mockImplementationOnce(async function (this: FileHandle) {
      await datasync.call(this);
      await action(time);
    });
  onTestFinished(() => spy.mockRestore());
}

async function replaceAlike(path: string): Promise<void> {
  const { size } = await stat(path);
  await rename(path, `${path}.moved`);
  await writeFile(path, '\n'.repeat(size));
}

it.each([
  ['cuts the file off, as copytruncate does', (path: string) => truncate(path, 0)],
  ['cuts half of the last line away', (path: string) => truncate(path, 900)],
  ['moves the file away', (path: string) => rename(path, `${path}.moved`)],
  ['replaces the file by one of the same size', replaceAlike],
  ['removes the file', (path: string) => unlink(path)],
])('acknowledges no lost line when somebody %s during the write', async (_, harm) => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 1));
  await duringNextSync(plain, () => harm(plain));
  await log.append('hypotheses_data', numbered('b', 1));
  await log.append('hypotheses_data', numbered('c', 1));
  expect((await readIds(dir)).filter((id) => id !== 'a-0')).toEqual(['b-0', 'c-0']);
});

it('writes a line again when somebody else appended to the file meanwhile, and keeps what they wrote', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 1));
  const [foreign] = numbered('foreign', 1);
  await duringNextSync(plain, () => appendFile(plain, `${JSON.stringify(foreign)}\n`));
  await log.append('hypotheses_data', numbered('b', 1));
  expect((await readIds(dir)).sort()).toEqual(['a-0', 'b-0', 'foreign-0']);
  expect(await eventIds(plain)).toEqual(['b-0']);
});

it('survives a cut at every byte of the last line', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  // Short, as each byte costs a start of the writer.
  const [first, last] = ['first', 'ü🙂\u2028'].map(
    (event_id) => `${JSON.stringify({ event_id, is: [1, {}] })}\n`,
  );
  const whole = Buffer.from(`${first}${last}`);
  for (let cut = Buffer.byteLength(first ?? ''); cut < whole.length; cut++) {
    await writeFile(plain, whole.subarray(0, cut));
    expect(await readIds(dir)).toEqual(['first']);
    await appendTo(dir, 'next');
    expect(await eventIds(plain)).toEqual(['first', 'next-0']);
  }
});

it.each([
  // A line is looked for from the end, in steps of 65,536 bytes.
  ...[1, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 200_000].flatMap((torn) => [
    { torn, longest: 100 },
    { torn, longest: 65_536 },
  ]),
  { torn: 10, longest: 140_000 },
])(
  'cuts $torn bytes of a torn line off, and says how many: behind a line of $longest',
  async ({ torn, longest }) => {
    const dir = await temporaryDirectory();
    const plain = join(dir, 'hypotheses_data.jsonl');
    const frame = '{"event_id":"b","text":""}\n'.length;
    const good = `{"event_id":"a"}\n{"event_id":"b","text":"${'x'.repeat(longest - frame)}"}\n`;
    await writeFile(plain, `${good}${'{'.repeat(torn)}`);
    const log = rememberingLog();
    await using _ = await openTrainingLog(dir, { log });
    expect(await readFile(plain, 'utf8')).toBe(good);
    expect(log.lines).toEqual([
      { message: 'training_log_torn_tail_cut', fields: { log: 'hypotheses_data', bytes: torn } },
    ]);
  },
);

it('cuts a whole line that is no record off, and an end of only broken ones; a good end stays, without a word', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const good = '{"event_id":"a"}\n';
  const cases: [string, string][] = [
    [`${good}nonsense\n`, good],
    [`${good}12\n"text"\n\n`, good],
    ['nonsense', ''],
    ['nonsense\n', ''],
    [good, good],
    ['', ''],
  ];
  for (const [before, after] of cases) {
    await writeFile(plain, before);
    const log = rememberingLog();
    await using _ = await openTrainingLog(dir, { log });
    expect(await readFile(plain, 'utf8'), before).toBe(after);
    expect(log.messages, before).toEqual(before === after ? [] : ['training_log_torn_tail_cut']);
  }
});

type Operation = 'write' | 'datasync' | 'truncate';

/** The next call of this kind on any file fails with this code, after `first`. */
async function failNext(
  operation: Operation,
  code: string,
  first?: (handle: FileHandle) => Promise<unknown>,
) {
  await using handle = await open(import.meta.filename, 'r');
  const prototype: Pick<FileHandle, Operation> = Object.getPrototypeOf(handle);
  const spy = vi.spyOn(prototype, operation).mockImplementationOnce(async function (this: FileHandle) {
    await first?.(this);
    throw Object.assign(new Error(code), { code });
  });
  onTestFinished(() => spy.mockRestore());
}

const segmentsOf = async (dir: string) =>
  await Promise.all((await listSegments(dir, 'hypotheses_data')).map(({ path }) => eventIds(path)));

const tearLine = async (handle: FileHandle) => void (await handle.appendFile('{"torn'));

it.each([
  ['a full disk', 'write', 'ENOSPC', tearLine, [['a-0', 'b-0', 'c-0']]],
  ['a quota', 'write', 'EDQUOT', tearLine, [['a-0', 'b-0', 'c-0']]],
  ['a broken disk', 'write', 'EIO', tearLine, [['a-0'], ['b-0', 'c-0']]],
  ['a failed fsync', 'datasync', 'EIO', undefined, [['a-0'], ['b-0', 'c-0']]],
] as const)(
  'after %s nothing is left of the line, and it can be written again',
  async (_what, operation, code, first, expected) => {
    const dir = await temporaryDirectory();
    const log = rememberingLog();
    await using training = await openTrainingLog(dir, { log });
    await training.append('hypotheses_data', numbered('a', 1));
    await failNext(operation, code, first);
    await expect(training.append('hypotheses_data', numbered('b', 1))).rejects.toThrow(code);
    expect(await readIds(dir)).toEqual(operation === 'datasync' ? ['a-0', 'b-0'] : ['a-0']);
    await training.append('hypotheses_data', numbered('b', 1));
    await training.append('hypotheses_data', numbered('c', 1));
    expect(await segmentsOf(dir)).toEqual(expected);
    expect(log.messages).toEqual(['training_log_unwritable', 'training_log_writable_again']);
  },
);

it('starts a new segment when a full disk does not even let it cut the line off', async () => {
  const dir = await temporaryDirectory();
  await using training = await openTrainingLog(dir, { log: rememberingLog() });
  await training.append('hypotheses_data', numbered('a', 1));
  await failNext('truncate', 'EIO');
  await failNext('write', 'ENOSPC', tearLine);
  await expect(training.append('hypotheses_data', numbered('b', 1))).rejects.toThrow('ENOSPC');
  await training.append('hypotheses_data', numbered('b', 1));
  expect(await segmentsOf(dir)).toEqual([['a-0'], ['b-0']]);
});

it('leaves no empty segment behind when its first line fails', async () => {
  const dir = await temporaryDirectory();
  await using training = await openTrainingLog(dir, { log: rememberingLog() });
  await failNext('datasync', 'EIO');
  await expect(training.append('hypotheses_data', numbered('a', 1))).rejects.toThrow('EIO');
  await training.append('hypotheses_data', numbered('b', 1));
  expect(await segmentsOf(dir)).toEqual([['b-0']]);
});

it.each([
  [2, 'fulfilled'],
  [3, 'rejected'],
])('writes a line again where it was moved away %i times in a row: %s', async (times, status) => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using training = await openTrainingLog(dir, { log: rememberingLog() });
  await training.append('hypotheses_data', numbered('a', 1));
  await duringNextSync(plain, (time) => rename(plain, `${plain}.moved-${time}`), times);
  const [result] = await Promise.allSettled([training.append('hypotheses_data', numbered('b', 1))]);
  expect(result.status).toBe(status);
  if (result.status === 'rejected')
    expect(result.reason.message).toContain('moved or written by somebody else');
});

it('fills a segment to the last byte, and begins the next with what does not fit', async () => {
  const dir = await temporaryDirectory();
  const bytes = Buffer.byteLength(`${JSON.stringify(hypothesesRecord('a-0'))}\n`);
  await using training = await openTrainingLog(dir, { log: rememberingLog(), rotateBytes: 2 * bytes });
  for (const n of [0, 1, 2]) await training.append('hypotheses_data', numbered('a', 1, n));
  expect(await segmentsOf(dir)).toEqual([['a-0', 'a-1'], ['a-2']]);
  // More than a segment holds is written as one.
  await training.append('hypotheses_data', numbered('b', 3));
  expect(await segmentsOf(dir)).toEqual([['a-0', 'a-1'], ['a-2'], ['b-0', 'b-1', 'b-2']]);
});

it('keeps no file open that it has left, nor any when it is closed', async () => {
  const dir = await temporaryDirectory();
  const openFiles = async () => {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    return links.filter((path) => path.startsWith(dir) && path.includes('.jsonl')).length;
  };
  const training = await openTrainingLog(dir, { log: rememberingLog(), rotateBytes: 1 });
  for (const n of [0, 1, 2]) await training.append('hypotheses_data', numbered('a', 1, n));
  expect(await openFiles()).toBe(1);
  await failNext('datasync', 'EIO');
  await expect(training.append('hypotheses_data', numbered('b', 1))).rejects.toThrow('EIO');
  expect(await openFiles()).toBe(0);
  const plain = join(dir, 'hypotheses_data.jsonl');
  await training.append('hypotheses_data', numbered('b', 1));
  await duringNextSync(plain, () => unlink(plain));
  await training.append('hypotheses_data', numbered('c', 1));
  expect(await openFiles()).toBe(1);
  await training[Symbol.asyncDispose]();
  expect(await openFiles()).toBe(0);
});

/** The syncs of files and directories below `dir`, in order, with `resolved` where the append has resolved. */
async function traceSyncs(dir: string): Promise<string[]> {
  const calls: string[] = [];
  await using handle = await open(import.meta.filename, 'r');
  const prototype: Pick<FileHandle, 'sync' | 'datasync' | 'write'> = Object.getPrototypeOf(handle);
  for (const name of ['sync', 'datasync', 'write'] as const) {
    const real = prototype[name];
    const spy = vi.spyOn(prototype, name).mockImplementation(async function (
      this: FileHandle,
      ...args: unknown[]
    ): Promise<never> {
      const path = await readlink(`/proc/self/fd/${this.fd}`);
      const result = (await Reflect.apply(real, this, args)) as never;
      if (path.startsWith(dir))
        calls.push(`${name} ${path.slice(dir.length + 1).replaceAll(/\/[\dTZ]+-[^/]+jsonl/gu, '/finished')}`);
      return result;
    });
    onTestFinished(() => spy.mockRestore());
  }
  return calls;
}

it('syncs every line before it acknowledges it, and every new name with its directory', async () => {
  const top = await temporaryDirectory();
  const calls = await traceSyncs(top);
  const dir = join(top, 'a', 'b');
  const day = new Date('2026-03-01T12:00:00.000Z');
  await using training = await openTrainingLog(dir, {
    log: rememberingLog(),
    rotateBytes: 1,
    now: () => day,
  });
  expect(calls.splice(0), 'of the directories made').toEqual(['sync a/b', 'sync a', 'sync ']);
  await training.append('hypotheses_data', numbered('a', 1));
  const written = ['write a/b/hypotheses_data.jsonl', 'datasync a/b/hypotheses_data.jsonl'];
  expect(calls.splice(0)).toEqual(['sync a/b', ...written]);
  await training.append('hypotheses_data', numbered('b', 1));
  expect(calls.splice(0), 'after the rotation').toEqual([
    ...['sync a/b/hypotheses_data', 'sync a/b', 'sync a/b/hypotheses_data/dt=2026-03-01', 'sync a/b'],
    ...['sync a/b', ...written],
  ]);
});

it('makes the cut of a torn line durable before it goes on', async () => {
  const dir = await temporaryDirectory();
  await writeFile(join(dir, 'hypotheses_data.jsonl'), '{"event_id":"a"}\n{"torn');
  const calls = await traceSyncs(dir);
  await using _ = await openTrainingLog(dir, { log: rememberingLog() });
  expect(calls.slice(-2)).toEqual(['datasync hypotheses_data.jsonl', 'sync ']);
});

it('syncs what it kept before it replaces a segment, and the directory after', async () => {
  const dir = await temporaryDirectory();
  {
    await using training = await openTrainingLog(dir, { log: rememberingLog() });
    await training.append('hypotheses_data', numbered('a', 2));
  }
  await rewriteSegments(dir, () => true);
  const [day = ''] = await readdir(join(dir, 'hypotheses_data'));
  const calls = await traceSyncs(dir);
  expect(await rewriteSegments(dir, ({ event_id }) => event_id === 'a-1')).toBe(1);
  expect(calls.map((call) => call.replace(/rewrite-[\da-f-]+/, 'lease'))).toEqual([
    'write .claims/lease/finished',
    'datasync .claims/lease/finished',
    `sync hypotheses_data/${day}`,
  ]);
});

it('keeps every good line, whatever a crash left behind them', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('\0'.repeat(70_000), '{"event_id":"torn', '}\n', '\n\n', '12\n{"a":1', '[\n'),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 200 }), garbage, async (good, tail) => {
      const lines = numbered('good', good).map((record) => `${JSON.stringify(record)}\n`);
      await writeFile(plain, `${lines.join('')}${tail}`);
      const kept = numbered('good', good).map((record) => record.event_id);
      expect(await readIds(dir)).toEqual(kept);
      await appendTo(dir, 'next');
      expect(await readIds(dir)).toEqual([...kept, 'next-0']);
      expect((await readFile(plain)).at(-1)).toBe(0x0a);
    }),
    { numRuns: 100 },
  );
});

async function appendTo(dir: string, prefix: string): Promise<void> {
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered(prefix, 1));
}
