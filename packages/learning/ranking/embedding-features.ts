import { type EmbeddingOf, meanDirection } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { dot } from '../text/vector.ts';
import type { PastSelection } from './history-features.ts';

export interface EmbeddingInput {
  input_text: string;
  candidates: { question: string }[];
  memories: Memory[];
  selections: PastSelection[];
  now: Date;
}

/** What the vectors say of each proposal, beside its words; 0 where they say nothing. */
export interface EmbeddingFeatures {
  chosen_embedding: number;
  goal_embedding: number;
  preference_embedding: number;
}

/** How far a past choice counts: as in choice-features.ts, but vectors of unrelated situations lie nearer to 0. */
const reach = { sharpness: 12, half: 0.45, halfLifeDays: 180 };
/** A memory that has nothing to do with the situation still counts so much of what it could. */
const unrelated = 0.3;
const dayMs = 86_400_000;

/** The proposals against what the user chose and rejected before, and wants and likes, in their order. */
export function embeddingFeatures(input: EmbeddingInput, vectorOf: EmbeddingOf): EmbeddingFeatures[] {
  const { input_text, candidates: proposals, memories, selections: choices, now } = input;
  const options = proposals.map(({ question }) => vectorOf(question));
  const theme = meanDirection([vectorOf(input_text), ...options]);
  const weighed = choices.map((choice) => weighedChoice(choice, theme, now, vectorOf));
  const total = 1 + weighed.reduce((sum, { weight }) => sum + weight, 0);
  return options.map((option) => ({
    chosen_embedding: weighed.reduce(
      (sum, { weight, chosen, rejected }) => sum + (weight / total) * contrast(option, chosen, rejected),
      0,
    ),
    goal_embedding: nearest(option, theme, memories, 'goal', vectorOf),
    preference_embedding: nearest(option, theme, memories, 'preference', vectorOf),
  }));
}

function weighedChoice(
  { input_text, shown, at }: PastSelection,
  theme: Float32Array | null,
  now: Date,
  vectorOf: EmbeddingOf,
) {
  const options = shown.map(({ question, chosen }) => ({ vector: vectorOf(question), chosen }));
  const known = meanDirection([vectorOf(input_text), ...options.map(({ vector }) => vector)]);
  const age = Math.max(0, now.getTime() - at.getTime()) / dayMs;
  const alike = theme === null || known === null ? null : dot(theme, known);
  const weight =
    alike === null ? 0 : Math.exp(reach.sharpness * (alike - reach.half)) * 0.5 ** (age / reach.halfLifeDays);
  return {
    weight,
    chosen: options.find(({ chosen }) => chosen)?.vector ?? null,
    rejected: options.filter(({ chosen }) => !chosen).map(({ vector }) => vector),
  };
}

/** How much nearer an option is to the chosen than to the rejected, in [-2, 2]. */
function contrast(
  option: Float32Array | null,
  chosen: Float32Array | null,
  rejected: (Float32Array | null)[],
): number {
  if (option === null) return 0;
  const left = rejected.filter((vector) => vector !== null).map((vector) => dot(option, vector));
  const away = left.reduce((sum, likeness) => sum + likeness, 0) / Math.max(1, left.length);
  return (chosen === null ? 0 : dot(option, chosen)) - away;
}

/** How near an option comes to the memories of a type, in [0, 1]: the nearest counts, by its confidence. */
function nearest(
  option: Float32Array | null,
  theme: Float32Array | null,
  memories: Memory[],
  type: Memory['type'],
  vectorOf: EmbeddingOf,
): number {
  if (option === null || theme === null) return 0;
  const scores = memories
    .filter((memory) => memory.type === type)
    .map(({ content, confidence }) => {
      const vector = vectorOf(content);
      if (vector === null) return 0;
      const bearing = unrelated + (1 - unrelated) * Math.max(0, dot(vector, theme));
      return confidence * bearing * Math.max(0, dot(option, vector));
    });
  return Math.max(0, ...scores);
}
