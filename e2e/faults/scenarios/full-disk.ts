import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { allAnswered } from '../harness/measure.ts';
import { killProcess, type Running, startProcess } from '../harness/process.ts';
import type { System } from '../harness/system.ts';

const NOTICED_MS = 30_000;
const OTHERS_MS = 30_000;
/** However often the writing is tried meanwhile. */
const MOST_SAID = 10;

/** The training log lies on a small file system that only its writer sees, in a mount namespace. */
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

    await load.reached(size.picks / 5);
    const ballast = path.join(seen, 'ballast');
    await fill(ballast);
    await untilUnwritable(system, 1);
    await sleep(lastsMs);
    await onlyTheLogWaits(system);
    await rm(ballast);
    const recoveryMs = await system.caughtUp();
    await load.reached(size.picks / 2);
    const before = await timesSaid(system, 'unwritable');
    const strace = injectEio(system);
    await untilUnwritable(system, before + 1);
    await sleep(lastsMs);
    strace.send('SIGINT');
    await strace.ended;
    const recovered = Math.max(recoveryMs, await system.caughtUp());
    await load.reached(size.picks);
    await load.stop();
    const { broken, late } = allAnswered(load.attempts);
    const [said, healed] = [await timesSaid(system, 'unwritable'), await timesSaid(system, 'writable_again')];
    // A disk that is nearly full takes a small write between two that it refuses: every such time is said once.
    if (said !== healed || said > MOST_SAID)
      broken.push(`it failed ${said} times, and was well ${healed} times`);
    const notes = `full for ${lastsMs / 1000} s, then every fsync failing for ${lastsMs / 1000} s; said ${said} ×`;
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

async function fill(file: string): Promise<void> {
  await using handle = await open(file, 'w');
  const chunk = Buffer.alloc(64 * 1024);
  const write = () =>
    handle.write(chunk).then(
      ({ bytesWritten }) => bytesWritten === chunk.length,
      () => false,
    );
  while (await write());
}

/** From now on every fdatasync of the worker fails, as on a disk that is dying. */
function injectEio(system: System): Running {
  const [worker] = system.of('training-log-worker');
  if (!worker) throw new Error('There is no training-log-worker.');
  const inject = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'];
  return startProcess(['strace', '-f', '-qq', '-o', '/dev/null', ...inject, '-p', String(worker.pid())], {
    cwd: system.directory,
    log: path.join(system.directory, 'strace.log'),
  });
}

async function timesSaid(system: System, what: 'unwritable' | 'writable_again'): Promise<number> {
  return (await system.logOf('training-log-worker')).split(`"training_log_${what}"`).length - 1;
}

async function untilUnwritable(system: System, times: number): Promise<void> {
  const said = async () => ((await timesSaid(system, 'unwritable')) >= times ? true : null);
  await until(
    said,
    NOTICED_MS,
    `The training log does not say that it cannot be written: ${system.directory}.`,
  );
}

/** What is accepted by now is learned by the others, while nothing of it is acknowledged that is not written. */
async function onlyTheLogWaits(system: System): Promise<void> {
  const owed = await system.column(
    "select event_id as id from outbox where 'training-log' = any(pending) and event = 'hypothesis.selected'",
  );
  const alone = async () => {
    const [row] = await system.query(
      `select count(*) filter (where pending && '{memory,persona}')::int as others,
        count(*) filter (where 'training-log' = any(pending))::int as log
      from outbox where event_id = any($1)`,
      [owed],
    );
    return Number(row?.['others']) === 0 && Number(row?.['log']) > 0 ? true : null;
  };
  if (owed.length === 0) throw new Error(`Nothing waited for the disk: ${system.directory}.`);
  await until(alone, OTHERS_MS, `Not only the training log waits for the disk: ${system.directory}.`);
}
