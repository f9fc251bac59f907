import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ephemeral ports of operating systems: while a server is down, nobody gets its port by chance. */
const range = { from: 20_000, below: 32_000 };
/** Processes started one after the other use different ports. */
const slices = 24;
const tries = 100;
const assigned = new Set<number>();

/** Never returns a port twice in one process. Throws if it finds none. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const size = (range.below - range.from) / slices;
  const from = range.from + (process.pid % slices) * size;
  for (let n = 0; n < tries; n += 1) {
    const port = randomInt(from, from + size);
    if (assigned.has(port) || !(await isFree(host, port))) continue;
    assigned.add(port);
    return port;
  }
  throw new Error(`No free port among ${tries} from ${from} to ${from + size}.`);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer().listen(port, host);
  const free = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!free) return false;
  probe.close();
  await once(probe, 'close');
  return true;
}
