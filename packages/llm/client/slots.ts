import { LRUCache } from 'lru-cache';
import { CallRejected } from './errors.ts';

interface Waiting {
  isBackground: boolean;
  start(): void;
}

interface Running {
  isBackground: boolean;
  preempt(): void;
}

export interface SlotRequest {
  /** Nobody waits for it: it starts when nobody else waits, and gives its slot back when somebody does. */
  isBackground: boolean;
  /** Ends the wait. */
  signal: AbortSignal;
  /** Further calls of this kind are rejected as busy. */
  maxQueued: number;
}

export interface Slots {
  /** Rejects with a CallRejected if too many wait. The call's signal aborts when another call needs the slot. */
  run<T>(request: SlotRequest, call: (preempted: AbortSignal) => Promise<T>): Promise<T>;
  /** From now on one call at a time. */
  narrow(): void;
}

/** The calls that run at once: those that somebody waits for come first, and take the slots of the others. */
export function createSlots(maxConcurrency: number): Slots {
  let free = maxConcurrency;
  let taken = 0;
  const waiting: Waiting[] = [];
  const running = new Set<Running>();

  function startNext(): void {
    while (taken < free) {
      const place = Math.max(
        0,
        waiting.findIndex(({ isBackground }) => !isBackground),
      );
      const [next] = waiting.splice(place, 1);
      if (!next) return;
      taken += 1;
      next.start();
    }
  }

  /** The youngest has lost least. */
  function preemptOne(): void {
    const victim = [...running].findLast(({ isBackground }) => isBackground);
    if (!victim) return;
    running.delete(victim);
    victim.preempt();
  }

  /** Null where a slot is free. */
  function enter({ isBackground, signal, maxQueued }: SlotRequest): Promise<void> | null {
    if (taken < free) {
      taken += 1;
      return null;
    }
    if (waiting.filter((one) => one.isBackground === isBackground).length >= maxQueued)
      throw new CallRejected('busy');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { isBackground, start: resolve };
    const leave = () => {
      const place = waiting.indexOf(entry);
      if (place >= 0) waiting.splice(place, 1);
      reject(new CallRejected('busy'));
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.push(entry);
    if (!isBackground) preemptOne();
    return promise.finally(() => signal.removeEventListener('abort', leave));
  }

  return {
    async run(request, call) {
      const wait = enter(request);
      if (wait) await wait;
      const preempted = new AbortController();
      const entry = { isBackground: request.isBackground, preempt: () => preempted.abort() };
      running.add(entry);
      try {
        return await call(preempted.signal);
      } finally {
        running.delete(entry);
        taken -= 1;
        startNext();
      }
    },
    narrow() {
      free = 1;
    },
  };
}

const shared = new LRUCache<string, Slots>({ max: 100 });

/** Those of one server, for all of this process: else calls in the background would not know of the others. */
export function getSharedSlots(baseUrl: string, maxConcurrency: number): Slots {
  const key = `${maxConcurrency} ${baseUrl}`;
  const slots = shared.get(key) ?? createSlots(maxConcurrency);
  shared.set(key, slots);
  return slots;
}
