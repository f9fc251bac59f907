import { type EmbeddingOf, meanDirection } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { dot } from '../text/vector.ts';
import type { PastSelection } from './history-features.ts';
import { isDislike, unrelatedShare } from './memory-features.ts';

export interface EmbeddingInput {
  input_text: string;
  candidates: { question: string }[];
  memories: readonly Memory[];
  selections: readonly PastSelection[];
  now: Date;
}

export interface EmbeddingFeatures {
  chosen_embedding: number;
  goal_embedding: number;
  preference_embedding: number;
}

/** As in history-features.ts, but embeddings of unrelated contexts have a similarity closer to 0. */
const kernel = { sharpness: 12, half: 0.45, halfLifeDays: 180 };
const dayMs = 86_400_000;

export function embeddingFeatures(input: EmbeddingInput, embeddingOf: EmbeddingOf): EmbeddingFeatures[] {
  const { input_text, memories, selections, now } = input;
  const candidates = input.candidates.map(({ question }) => embeddingOf(question));
  const topic = meanDirection([embeddingOf(input_text), ...candidates]);
  const weighted = selections.map((selection) => weighSelection(selection, topic, now, embeddingOf));
  const total = 1 + weighted.reduce((sum, { weight }) => sum + weight, 0);
  return candidates.map((candidate) => ({
    chosen_embedding: weighted.reduce(
      (sum, { weight, selected, rejected }) =>
        sum + (weight / total) * computeContrast(candidate, selected, rejected),
      0,
    ),
    goal_embedding: scoreNearest(candidate, topic, memories, 'goal', embeddingOf),
    preference_embedding: scoreNearest(candidate, topic, memories, 'preference', embeddingOf),
  }));
}

function weighSelection(
  { input_text, shown, at }: PastSelection,
  topic: Float32Array | null,
  now: Date,
  embeddingOf: EmbeddingOf,
) {
  const hypotheses = shown.map(({ question, chosen }) => ({ embedding: embeddingOf(question), chosen }));
  const pastTopic = meanDirection([embeddingOf(input_text), ...hypotheses.map(({ embedding }) => embedding)]);
  const age = Math.max(0, now.getTime() - at.getTime()) / dayMs;
  const similarity = topic === null || pastTopic === null ? null : dot(topic, pastTopic);
  const weight =
    similarity === null
      ? 0
      : Math.exp(kernel.sharpness * (similarity - kernel.half)) * 0.5 ** (age / kernel.halfLifeDays);
  return {
    weight,
    selected: hypotheses.find(({ chosen }) => chosen)?.embedding ?? null,
    rejected: hypotheses.filter(({ chosen }) => !chosen).map(({ embedding }) => embedding),
  };
}

/** Similarity to the selected minus mean similarity to the rejected, in [-2, 2]. */
function computeContrast(
  candidate: Float32Array | null,
  selected: Float32Array | null,
  rejected: (Float32Array | null)[],
): number {
  if (candidate === null) return 0;
  const similarities = rejected
    .filter((embedding) => embedding !== null)
    .map((embedding) => dot(candidate, embedding));
  const mean =
    similarities.reduce((sum, similarity) => sum + similarity, 0) / Math.max(1, similarities.length);
  return (selected === null ? 0 : dot(candidate, selected)) - mean;
}

/**
 * Similarity to the most similar memory of a type minus that to the most similar dislike, weighted by confidence and
 * relevance, in [-1, 1].
 */
function scoreNearest(
  candidate: Float32Array | null,
  topic: Float32Array | null,
  memories: readonly Memory[],
  type: Memory['type'],
  embeddingOf: EmbeddingOf,
): number {
  if (candidate === null || topic === null) return 0;
  const score = ({ content, confidence }: Memory) => {
    const embedding = embeddingOf(content);
    if (embedding === null) return 0;
    const relevance = unrelatedShare + (1 - unrelatedShare) * Math.max(0, dot(embedding, topic));
    return confidence * relevance * Math.max(0, dot(candidate, embedding));
  };
  const nearest = (some: readonly Memory[]) => Math.max(0, ...some.map(score));
  const ofType = memories.filter((memory) => memory.type === type);
  return nearest(ofType.filter((memory) => !isDislike(memory))) - nearest(ofType.filter(isDislike));
}
