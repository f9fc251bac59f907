import { createFairQueue, QueueFullError } from '@learning-loop/async/fair-queue';
import { memoizeByObject } from '@learning-loop/async/memoize';
import type { UserKey } from '@learning-loop/events/ids';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import type { PastSelection } from '@learning-loop/learning/ranking/history-features';
import { HttpError } from '@learning-loop/service/errors';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import { compare, measureCpu, type Result, type RetrieveTask, type Task, type Timed } from './compare.ts';
import type { ThreadRequest } from './compare-thread.ts';
import { boundMemories, sumLengths } from './compared-texts.ts';

export interface Comparer extends AsyncDisposable {
  /** Runs a costly task in another thread. Throws 429 if too many costly ones of the tenant wait. */
  run<T extends Task>(user: UserKey, task: T, embeddingOf: EmbeddingOf | undefined): Promise<Result<T>>;
  /** Runs here what is bounded otherwise; its CPU time counts as that of a task to retrieve. */
  measure<R>(user: UserKey, compute: () => R): R;
  /** Throws 429 if the user's tasks are costly and too many of the tenant wait: before any work. */
  admit(user: UserKey): void;
  isCostly(user: UserKey): boolean;
  /** CPU time of the user's tasks since the last call, in ms. */
  takeSpent(user: UserKey): number;
}

/** In characters; a few µs each, if the words are rare. Beyond it a task is costly. */
const maxOnEventLoop = 80_000;
/**
 * Once two tasks of a kind in a row took this CPU time, in ms, a user's next are costly. One alone may have read what is
 * new to this process and stays known, or been held up by a garbage collection.
 */
const costlyMs = 20;
const maxUsers = 50_000;
const threads = 1;
const maxWaitingPerTenant = 16;
/** Keeps the thread's caches between the requests of a busy minute. */
const idleTimeoutMs = 60_000;
const maxThreadHeapMb = 256;

/** CPU time in ms, the last one last. */
type LastTwo = readonly [number, number];
type Costs = Readonly<Record<Task['kind'], LastTwo>>;
const noCosts: Costs = { rank: [0, 0], retrieve: [0, 0] };

const toName = ({ tenant_id, user_id }: UserKey) => `${tenant_id}\n${user_id}`;

/**
 * Bounds what one request compares, and keeps what is costly off the event loop, where all tenants would wait for it.
 * What is stored stays whole.
 */
export function createComparer(): Comparer {
  const queue = createFairQueue({ concurrency: threads, maxWaiting: maxWaitingPerTenant });
  const costs = new LRUCache<string, Costs>({ max: maxUsers });
  const spent = new LRUCache<string, number>({ max: maxUsers });
  let pool: Piscina<ThreadRequest, Timed<unknown>> | undefined;

  const isCostly = (user: UserKey) => {
    const { rank, retrieve } = costs.get(toName(user)) ?? noCosts;
    return Math.max(Math.min(...rank), Math.min(...retrieve)) >= costlyMs;
  };

  const noteCosts = (user: UserKey, kind: Task['kind'], lastTwo: LastTwo) =>
    costs.set(toName(user), { ...(costs.get(toName(user)) ?? noCosts), [kind]: lastTwo });

  function note(user: UserKey, kind: Task['kind'], cpuMs: number): void {
    const [, last] = (costs.get(toName(user)) ?? noCosts)[kind];
    noteCosts(user, kind, [last, cpuMs]);
    spent.set(toName(user), (spent.get(toName(user)) ?? 0) + cpuMs);
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
      const { memories, originals } = boundMemories(memoriesOf(whole));
      const task = withMemories(whole, memories);
      const lookUp = embeddingOf && ((text: string) => embeddingOf(originals.get(text) ?? text));
      const inThread = isCostly(user) || countChars(whole) > maxOnEventLoop;
      if (inThread && queue.isFull(user.tenant_id)) throw tooCostly();
      // Before the result is there, so that requests in the meantime are known to be costly, too.
      if (inThread) noteCosts(user, task.kind, [costlyMs, costlyMs]);
      const { result, cpuMs } = inThread
        ? await queue.run(user.tenant_id, () => runInThread(task, lookUp)).catch(refuse)
        : compare(task, lookUp);
      note(user, task.kind, cpuMs);
      return restore(whole, result as Result<T>);
    },
    measure(user, compute) {
      const { result, cpuMs } = measureCpu(compute);
      note(user, 'retrieve', cpuMs);
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

const memoriesOf = (task: Task) => (task.kind === 'rank' ? task.input.memories : task.memories);

function withMemories(task: Task, memories: readonly Memory[]): Task {
  if (memories === memoriesOf(task)) return task;
  return task.kind === 'rank' ? { ...task, input: { ...task.input, memories } } : { ...task, memories };
}

/** With the memories as they were given. */
function restore<T extends Task>(task: T, result: Result<T>): Result<T> {
  const memories = memoriesOf(task);
  if (task.kind === 'rank' || boundMemories(memories).memories === memories) return result;
  const byId = new Map(memories.map((memory) => [memory.memory_id, memory]));
  const scored = result as Result<RetrieveTask>;
  return scored.map((one) => ({
    ...one,
    memory: byId.get(one.memory.memory_id) ?? one.memory,
  })) as Result<T>;
}

const textsOf = ({ input_text, shown }: PastSelection) => [
  input_text,
  ...shown.map(({ question }) => question),
];

function listTexts(task: Task): string[] {
  if (task.kind === 'retrieve') return [task.query, ...task.memories.map(({ content }) => content)];
  const { input_text, candidates, memories, selections } = task.input;
  return [
    input_text,
    ...candidates.map(({ question }) => question),
    ...memories.map(({ content }) => content),
    ...selections.flatMap(textsOf),
  ];
}

/** Computed once for an array. */
const countSelectionChars = memoizeByObject((selections: readonly PastSelection[]) =>
  sumLengths(selections.flatMap(textsOf)),
);

/**
 * The texts of a request to rank count four times: they are new, while the words of the others are known from before.
 */
function countChars(task: Task): number {
  const { chars } = boundMemories(memoriesOf(task));
  if (task.kind === 'retrieve') return chars + task.query.length;
  const { input_text, candidates, selections } = task.input;
  const own = input_text.length + sumLengths(candidates.map(({ question }) => question));
  return chars + countSelectionChars(selections) + 4 * own;
}

function collectVectors(task: Task, embeddingOf: EmbeddingOf): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  for (const text of listTexts(task)) {
    const vector = embeddingOf(text);
    if (vector) vectors.set(text, vector);
  }
  return vectors;
}
