import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { checkAllAnswered } from '../harness/measure.ts';
import { killProcess, type Running, startProcess } from '../harness/process.ts';
import type { System } from '../harness/system.ts';

const NOTICED_MS = 30_000;
const OTHERS_MS = 30_000;
/** Maximum number of log lines, however often writing is retried. */
const MOST_SAID = 10;

/** The training log is on a small file system in a mount namespace, which only its writer sees. */
export const fullDisk: Fault = {
  number: 9,
  name: 'ENOSPC, then EIO on the training log',
  needs: ['unshare', 'nsenter', 'strace'],
  short: true,
  async run({ size, start, directory }) {
    const lastsMs = size.short ? 2_000 : 20_000;
    const training = path.join(directory, 'training');
    await mkdir(training);
    const holder = await smallFileSystem(training, directory);
    const seen = `/proc/${holder.pid}/root${training}`;
    const inside = ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials', '--'];
    const prefix = { 'training-log-worker': inside };
    const system = await start({
      prefix,
      trainingDataDir: () => seen,
      afterwards: () => killProcess(holder),
    });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 80 : 150 });

    await load.reached(size.selections / 5);
    const ballast = path.join(seen, 'ballast');
    await fillDisk(ballast);
    await waitUntilUnwritable(system, 1);
    await sleep(lastsMs);
    await assertOnlyLogWaits(system);
    await rm(ballast);
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections / 2);
    const before = await countLogged(system, 'unwritable');
    const strace = injectEio(system);
    await waitUntilUnwritable(system, before + 1);
    await sleep(lastsMs);
    strace.send('SIGINT');
    await strace.ended;
    const recovered = Math.max(recoveryMs, await system.caughtUp());
    await load.reached(size.selections);
    await load.stop();
    const { broken, late } = checkAllAnswered(load.attempts);
    const [logged, healed] = [
      await countLogged(system, 'unwritable'),
      await countLogged(system, 'writable_again'),
    ];
    // An almost full disk accepts small writes between failures; each failure is logged once.
    if (logged !== healed || logged > MOST_SAID)
      broken.push(`it failed ${logged} times, and was well ${healed} times`);
    const notes = `full for ${lastsMs / 1000} s, then every fsync failing for ${lastsMs / 1000} s; said ${logged} ×`;
    return { system, accepted: load.accepted, recoveryMs: recovered, notes, broken, late };
  },
};

async function smallFileSystem(at: string, directory: string): Promise<Running> {
  const script = 'mount -t tmpfs -o size=64m tmpfs "$0" && touch "$0/mounted" && exec sleep infinity';
  const holder = startProcess(['unshare', '-rm', 'sh', '-c', script, at], {
    cwd: directory,
    log: path.join(directory, 'mount.log'),
  });
  const mounted = () =>
    rm(`/proc/${holder.pid}/root${at}/mounted`).then(
      () => true,
      () => null,
    );
  await until(mounted, NOTICED_MS, `No file system could be mounted; see ${directory}/mount.log.`);
  return holder;
}

async function fillDisk(file: string): Promise<void> {
  await using handle = await open(file, 'w');
  const chunk = Buffer.alloc(64 * 1024);
  const write = () =>
    handle.write(chunk).then(
      ({ bytesWritten }) => bytesWritten === chunk.length,
      () => false,
    );
  while (await write());
}

/** Makes every fdatasync of the worker fail, as on a failing disk. */
function injectEio(system: System): Running {
  const [worker] = system.of('training-log-worker');
  if (!worker) throw new Error('There is no training-log-worker.');
  const inject = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'];
  return startProcess(['strace', '-f', '-qq', '-o', '/dev/null', ...inject, '-p', String(worker.pid())], {
    cwd: system.directory,
    log: path.join(system.directory, 'strace.log'),
  });
}

async function countLogged(system: System, what: 'unwritable' | 'writable_again'): Promise<number> {
  return (await system.logOf('training-log-worker')).split(`"training_log_${what}"`).length - 1;
}

async function waitUntilUnwritable(system: System, times: number): Promise<void> {
  const logged = async () => ((await countLogged(system, 'unwritable')) >= times ? true : null);
  await until(
    logged,
    NOTICED_MS,
    `The training log does not say that it cannot be written: ${system.directory}.`,
  );
}

/** Other consumers must go on, while nothing unwritten is acknowledged. */
async function assertOnlyLogWaits(system: System): Promise<void> {
  const pendingIds = await system.column(
    "select event_id as id from outbox where 'training-log' = any(pending) and event = 'hypothesis.selected'",
  );
  const onlyLogPending = async () => {
    const [row] = await system.query(
      `select count(*) filter (where pending && '{memory,persona}')::int as others,
        count(*) filter (where 'training-log' = any(pending))::int as log
      from outbox where event_id = any($1)`,
      [pendingIds],
    );
    return Number(row?.['others']) === 0 && Number(row?.['log']) > 0 ? true : null;
  };
  if (pendingIds.length === 0) throw new Error(`Nothing waited for the disk: ${system.directory}.`);
  await until(
    onlyLogPending,
    OTHERS_MS,
    `Not only the training log waits for the disk: ${system.directory}.`,
  );
}
