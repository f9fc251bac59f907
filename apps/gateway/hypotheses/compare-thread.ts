import { compare, type Task } from './compare.ts';

/** What another thread is given: `vectors` holds the embeddings of all texts; null without an embedding model. */
export interface ThreadRequest {
  task: Task;
  vectors: Map<string, Float32Array> | null;
}

export default function run({ task, vectors }: ThreadRequest) {
  return compare(task, vectors ? (text) => vectors.get(text) ?? null : undefined);
}
