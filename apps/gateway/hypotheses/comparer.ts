import { createFairQueue, QueueFullError } from '@learning-loop/async/fair-queue';
import type { UserKey } from '@learning-loop/events/ids';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import { HttpError } from '@learning-loop/service/errors';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import { compare, measureCpu, type Result, type RetrieveTask, type Task, type Timed } from './compare.ts';
import type { ThreadRequest } from './compare-thread.ts';
import { boundContents } from './compared-texts.ts';

export interface Comparer extends AsyncDisposable {
  /** Runs a costly task in another thread. Throws 429 if too many costly ones of the tenant wait. */
  run<T extends Task>(user: UserKey, task: T, embeddingOf: EmbeddingOf | undefined): Promise<Result<T>>;
  /** Runs here what is bounded otherwise; its CPU time counts as that of a task. */
  measure<R>(user: UserKey, compute: () => R): R;
  /** Throws 429 if the user's tasks are costly and too many of the tenant wait: before any work. */
  admit(user: UserKey): void;
  isCostly(user: UserKey): boolean;
  /** CPU time of the user's tasks since the last call, in ms. */
  takeSpent(user: UserKey): number;
}

/** In characters, of all memories together. Those of ordinary users have a quarter of it. */
const maxComparedMemories = 128_000;
/** In characters; a few µs each, if the words are rare. Beyond it a task is costly. */
const maxOnEventLoop = 80_000;
/** From this CPU time on, in ms, a user's next tasks are costly. */
const costlyMs = 20;
const maxUsers = 50_000;
const threads = 1;
const maxWaitingPerTenant = 16;
/** Keeps the thread's caches between the requests of a busy minute. */
const idleTimeoutMs = 60_000;
const maxThreadHeapMb = 256;

const toName = ({ tenant_id, user_id }: UserKey) => `${tenant_id}\n${user_id}`;

/**
 * Bounds what one request compares, and keeps what is costly off the event loop, where all tenants would wait for it.
 * What is stored stays whole.
 */
export function createComparer(): Comparer {
  const queue = createFairQueue({ concurrency: threads, maxWaiting: maxWaitingPerTenant });
  const lastMs = new LRUCache<string, number>({ max: maxUsers });
  const spent = new LRUCache<string, number>({ max: maxUsers });
  let pool: Piscina<ThreadRequest, Timed<unknown>> | undefined;

  const isCostly = (user: UserKey) => (lastMs.get(toName(user)) ?? 0) >= costlyMs;

  function note(user: UserKey, cpuMs: number): void {
    const name = toName(user);
    lastMs.set(name, cpuMs);
    spent.set(name, (spent.get(name) ?? 0) + cpuMs);
  }

  async function runInThread(task: Task, embeddingOf: EmbeddingOf | undefined): Promise<Timed<unknown>> {
    pool ??= openPool();
    const vectors = embeddingOf ? collectVectors(task, embeddingOf) : null;
    return await pool.run({ ...withoutUtilities(task), vectors });
  }

  return {
    isCostly,
    admit(user) {
      if (isCostly(user) && queue.isFull(user.tenant_id)) throw tooCostly();
    },
    async run<T extends Task>(user: UserKey, whole: T, embeddingOf: EmbeddingOf | undefined) {
      const { task, originals } = bound(whole);
      const lookUp = embeddingOf && ((text: string) => embeddingOf(originals.get(text) ?? text));
      const inThread = isCostly(user) || countChars(task) > maxOnEventLoop;
      if (inThread && queue.isFull(user.tenant_id)) throw tooCostly();
      // Before the result is there, so that requests in the meantime are known to be costly, too.
      if (inThread) lastMs.set(toName(user), costlyMs);
      const { result, cpuMs } = inThread
        ? await queue.run(user.tenant_id, () => runInThread(task, lookUp)).catch(refuse)
        : compare(task, lookUp);
      note(user, cpuMs);
      return restore(whole, result as Result<T>);
    },
    measure(user, compute) {
      const { result, cpuMs } = measureCpu(compute);
      note(user, cpuMs);
      return result;
    },
    takeSpent(user) {
      const ms = spent.get(toName(user)) ?? 0;
      spent.delete(toName(user));
      return ms;
    },
    async [Symbol.asyncDispose]() {
      await pool?.destroy();
    },
  };
}

function withoutUtilities(task: Task): Pick<ThreadRequest, 'task' | 'utilities'> {
  if (task.kind !== 'rank') return { task, utilities: null };
  const { tenantUtilities, ...input } = task.input;
  return { task: { ...task, input }, utilities: tenantUtilities?.weights ?? null };
}

const openPool = (): Piscina<ThreadRequest, Timed<unknown>> =>
  new Piscina({
    filename: new URL('compare-thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
    resourceLimits: { maxOldGenerationSizeMb: maxThreadHeapMb },
  });

const tooCostly = (cause?: unknown) =>
  new HttpError(
    429,
    'too_costly',
    'Requests that compare as many long texts as this user’s wait already; try again in a second.',
    { cause },
  );

function refuse(error: unknown): never {
  throw error instanceof QueueFullError ? tooCostly(error) : error;
}

interface Bounded {
  task: Task;
  /** Whole texts by what they were cut to. */
  originals: Map<string, string>;
}

function bound(task: Task): Bounded {
  const memories = task.kind === 'rank' ? task.input.memories : task.memories;
  const cut = boundContents(memories, maxComparedMemories);
  const originals = new Map(
    cut.flatMap(({ content }, i) => {
      const whole = memories[i]?.content ?? content;
      return whole === content ? [] : [[content, whole]];
    }),
  );
  if (task.kind === 'retrieve') return { task: { ...task, memories: cut }, originals };
  return { task: { ...task, input: { ...task.input, memories: cut } }, originals };
}

/** With the memories as they were given. */
function restore<T extends Task>(task: T, result: Result<T>): Result<T> {
  if (task.kind === 'rank') return result;
  const { memories } = task as RetrieveTask;
  const byId = new Map(memories.map((memory) => [memory.memory_id, memory]));
  const scored = result as Result<RetrieveTask>;
  return scored.map((one) => ({
    ...one,
    memory: byId.get(one.memory.memory_id) ?? one.memory,
  })) as Result<T>;
}

function listTexts(task: Task): string[] {
  if (task.kind === 'retrieve') return [task.query, ...task.memories.map(({ content }) => content)];
  const { input_text, candidates, memories, selections } = task.input;
  return [
    input_text,
    ...candidates.map(({ question }) => question),
    ...memories.map(({ content }) => content),
    ...selections.flatMap((past) => [past.input_text, ...past.shown.map(({ question }) => question)]),
  ];
}

/** A request's own texts count four times: they are new, while the words of the others are known from before. */
function countChars(task: Task): number {
  const own =
    task.kind === 'rank'
      ? [task.input.input_text, ...task.input.candidates.map(({ question }) => question)]
      : [];
  const sum = (texts: string[]) => texts.reduce((chars, { length }) => chars + length, 0);
  return sum(listTexts(task)) + 3 * sum(own);
}

function collectVectors(task: Task, embeddingOf: EmbeddingOf): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  for (const text of listTexts(task)) {
    const vector = embeddingOf(text);
    if (vector) vectors.set(text, vector);
  }
  return vectors;
}
