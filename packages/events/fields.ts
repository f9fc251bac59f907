import { Type } from 'typebox';

export const Confidence = Type.Number({ minimum: 0, maximum: 1 });

/** ISO 8601, UTC, with milliseconds. */
export const Timestamp = Type.String({ format: 'date-time' });

export const facetNames = ['concise', 'step_by_step', 'code_first', 'formal'] as const;
export type FacetName = (typeof facetNames)[number];

/** The style that a user prefers; 0.5 is neutral. */
export const Facets = Type.Object(
  { concise: Confidence, step_by_step: Confidence, code_first: Confidence, formal: Confidence },
  { additionalProperties: false },
);
export type Facets = Type.Static<typeof Facets>;

const Delta = Type.Number({ minimum: -0.1, maximum: 0.1 });
// Partial opens a closed object, unless it is told again.
export const FacetDeltas = Type.Partial(
  Type.Object({ concise: Delta, step_by_step: Delta, code_first: Delta, formal: Delta }),
  { additionalProperties: false },
);
export type FacetDeltas = Type.Static<typeof FacetDeltas>;

export const UserContext = Type.Object({
  persona_facets: Facets,
  interaction_count: Type.Integer({ minimum: 0 }),
  recent_goals: Type.Array(Type.String()),
  /** What the user likes and uses. */
  preferences: Type.Array(Type.String()),
  /** What the user avoids. */
  dislikes: Type.Optional(Type.Array(Type.String())),
});
export type UserContext = Type.Static<typeof UserContext>;

export const Hypothesis = Type.Object({
  id: Type.String(),
  question: Type.String(),
  rationale: Type.String(),
  /** Calibrated: of the hypotheses at 0.8, 80 % are selected. With the chance of none of these they add up to 1. */
  confidence: Confidence,
  raw_confidence: Confidence,
  position: Type.Integer({ minimum: 1 }),
  /** Utility: only differences within one interaction are meaningful. */
  score: Type.Number(),
  /** Probability that the exploration policy put the hypothesis at this position. */
  propensity: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** By name; `score` is their weighted sum. */
  features: Type.Record(Type.String(), Type.Number()),
  /** In words, strongest first: what the user and others select or leave. Absent in older interactions. */
  reasons: Type.Optional(Type.Array(Type.String())),
});
export type Hypothesis = Type.Static<typeof Hypothesis>;

/** Chance that none of these is selected: what the confidences leave to 1, with four decimals. */
export function noneConfidence(hypotheses: readonly Pick<Hypothesis, 'confidence'>[]): number {
  const rest = 1 - hypotheses.reduce((sum, { confidence }) => sum + confidence, 0);
  return Math.max(0, Math.round(rest * 10_000) / 10_000);
}

export const UsedMemory = Type.Object({
  memory_id: Type.String(),
  type: Type.String(),
  relevance: Confidence,
  /** The embedding model behind the similarity; absent if only words were compared. */
  embedding: Type.Optional(Type.String()),
  reranked_by: Type.Optional(Type.String()),
});
export type UsedMemory = Type.Static<typeof UsedMemory>;

/** The next and the previous version are read, too, for rolling updates: a version may add fields, but remove none. */
const version = 1;

export const envelope = {
  schema_version: Type.Integer({ minimum: Math.max(1, version - 1), maximum: version + 1 }),
  event_id: Type.String(),
  tenant_id: Type.String(),
  user_id: Type.String(),
  interaction_id: Type.String(),
  occurred_at: Timestamp,
};
