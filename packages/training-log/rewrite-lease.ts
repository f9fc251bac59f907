import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@learning-loop/events/ids';
import { lockFile, locksDirectory } from './disk/writer-lock.ts';
import { ignoreMissing, makeDirectory } from './files.ts';

const prefix = 'rewrite-';
const frozenAfterMs = 6_000;
/** One may be late. */
const signsPerLease = 4;
const pollMs = 250;

/** The right to rewrite a log, until another process takes it from one that froze. */
export interface RewriteLease extends AsyncDisposable {
  /**
   * Whoever takes the lease over removes it first. So a file that is moved from here into the log gets there only while
   * the lease is held, whenever a frozen process goes on.
   */
  directory: string;
}

/** Rejects while another process rewrites the log. The lock goes with its process; the directory shows that it lives. */
export async function takeRewriteLease(dir: string, leaseMs = frozenAfterMs): Promise<RewriteLease> {
  const locks = locksDirectory(dir);
  await makeDirectory(locks);
  const name = `${prefix}${newId()}`;
  const directory = join(locks, name);
  // Before the lock is taken: one that is made later could outlast a takeover.
  await mkdir(directory);
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const lock = lockFile(join(locks, 'rewrite.lock'));
  if (lock) resources.use(lock);
  else if (!(await isFrozen(locks, name, leaseMs))) throw new Error(`${dir} is being rewritten already`);
  for (const other of await listOthers(locks, name))
    await rm(join(locks, other), { recursive: true, force: true });
  const signs = setInterval(() => void showSignOfLife(directory), leaseMs / signsPerLease);
  resources.defer(() => clearInterval(signs));
  const held = resources.move();
  return { directory, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const listOthers = async (locks: string, own: string): Promise<string[]> =>
  (await readdir(locks)).filter((name) => name.startsWith(prefix) && name !== own);

/** By its directory, which does not change any more. Without one, its holder has just begun, or is about to end. */
async function isFrozen(locks: string, own: string, leaseMs: number): Promise<boolean> {
  const [holder] = await listOthers(locks, own);
  if (holder === undefined) return false;
  const lastSign = async () => (await ignoreMissing(stat(join(locks, holder))))?.mtimeMs;
  const first = await lastSign();
  for (const end = performance.now() + leaseMs; performance.now() < end; await sleep(pollMs))
    if ((await lastSign()) !== first) return false;
  return first !== undefined;
}

async function showSignOfLife(directory: string): Promise<void> {
  const now = new Date();
  // If it is gone, so is the lease, as the next file shows.
  await utimes(directory, now, now).catch(() => undefined);
}
