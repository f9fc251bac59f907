import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { quantile } from '@learning-loop/service/observability/quantile';

const pageBytes = 4096;
/** More than a core's own cache holds, so that it lies in the one which it shares, with neighbours that nobody sees. */
const sharedBytes = 8 * 2 ** 20;
const pauseMs = 20;

/**
 * What this machine takes for the things that every service is made of, in µs. Two machines of one name, or one on two
 * days, may differ severalfold: figures that are no ratios are compared by these.
 */
export async function machine() {
  const memory = new Uint8Array(sharedBytes).fill(1);
  // Compiled before it counts, and a pause lets the compiler's thread have a core.
  await lookUps(memory, 1);
  const [busy, rested] = [await lookUps(memory, 0), await lookUps(memory, pauseMs)];
  return {
    system_call_us: systemCallUs(),
    fresh_page_us: freshPageUs(),
    look_ups_us: busy,
    look_ups_after_a_pause_us: rested,
    ...flushUs(),
  };
}

function systemCallUs(): number {
  const calls = 100_000;
  return (
    usOf(() => {
      for (let call = 0; call < calls; call += 1) process.getuid?.();
    }) / calls
  );
}

/** Touching memory that the process was promised but never had. */
function freshPageUs(): number {
  const fresh = Buffer.allocUnsafeSlow(64 * 2 ** 20);
  return (
    usOf(() => {
      for (let at = 0; at < fresh.length; at += pageBytes) fresh[at] = 1;
    }) /
    (fresh.length / pageBytes)
  );
}

/** The middling time of 20,000 reads here and there in memory, without a pause before them or after one. */
async function lookUps(memory: Uint8Array, pause: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    if (pause > 0) await setTimeout(pause);
    times.push(usOf(() => readHereAndThere(memory, round + 1)));
  }
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Places by Marsaglia's xorshift of 32 bits, which no processor foresees. */
function readHereAndThere(memory: Uint8Array, seed: number): number {
  let [place, sum] = [seed, 0];
  for (let read = 0; read < 20_000; read += 1) {
    place ^= place << 13;
    place ^= place >>> 17;
    place ^= place << 5;
    sum += memory[place & (sharedBytes - 1)] ?? 0;
  }
  return sum;
}

/** Bringing a page to disk for good. */
function flushUs() {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const file = openSync(path.join(directory, 'page'), 'w');
  const page = Buffer.alloc(pageBytes, 1);
  const times = Array.from({ length: 300 }, () =>
    usOf(() => {
      writeSync(file, page);
      fdatasyncSync(file);
    }),
  ).sort((a, b) => a - b);
  closeSync(file);
  rmSync(directory, { recursive: true });
  return { flush_p50_us: quantile(times, 0.5), flush_p99_us: quantile(times, 0.99) };
}

function usOf(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1000;
}
