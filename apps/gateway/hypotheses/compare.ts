import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { retrieve, type ScoredMemory } from '@learning-loop/learning/memories/retrieval/retrieve';
import { type RankedCandidate, type RankInput, rank } from '@learning-loop/learning/ranking/rank';
import type { RankerWeights } from '@learning-loop/learning/ranking/weights';

export interface RankTask {
  kind: 'rank';
  input: Omit<RankInput, 'embeddingOf'>;
  weights: RankerWeights;
}

export interface RetrieveTask {
  kind: 'retrieve';
  query: string;
  memories: readonly Memory[];
  limit: number;
}

export type Task = RankTask | RetrieveTask;
export type Result<T extends Task> = T extends RankTask ? RankedCandidate[] : ScoredMemory[];

/** CPU time of this thread, in ms. */
export interface Timed<R> {
  result: R;
  cpuMs: number;
}

export function compare<T extends Task>(task: T, embeddingOf: EmbeddingOf | undefined): Timed<Result<T>> {
  return measureCpu(
    () =>
      (task.kind === 'rank'
        ? rankCandidates(task, embeddingOf)
        : retrieveMemories(task, embeddingOf)) as Result<T>,
  );
}

export function measureCpu<R>(compute: () => R): Timed<R> {
  const begun = process.threadCpuUsage();
  const result = compute();
  const { user, system } = process.threadCpuUsage(begun);
  return { result, cpuMs: (user + system) / 1_000 };
}

const rankCandidates = ({ input, weights }: RankTask, embeddingOf: EmbeddingOf | undefined) =>
  rank({ ...input, embeddingOf }, weights);

const retrieveMemories = ({ query, memories, limit }: RetrieveTask, embeddingOf: EmbeddingOf | undefined) =>
  retrieve(query, memories, limit, embeddingOf);
