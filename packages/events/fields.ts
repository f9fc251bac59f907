import { Type } from 'typebox';

/** Pieces that several schemas share. Units and ranges are said here, once. */

/** A share of certainty, in [0, 1]. */
export const Confidence = Type.Number({ minimum: 0, maximum: 1 });

/** UTC, ISO 8601 with milliseconds. */
export const Timestamp = Type.String({ format: 'date-time' });

export const facetNames = ['concise', 'step_by_step', 'code_first', 'formal'] as const;
export type FacetName = (typeof facetNames)[number];

/** How a user likes to be answered; each facet in [0, 1], 0.5 says nothing is known. */
export const Facets = Type.Object(
  { concise: Confidence, step_by_step: Confidence, code_first: Confidence, formal: Confidence },
  { additionalProperties: false },
);
export type Facets = Type.Static<typeof Facets>;

/** Changes of facets, each in [-0.1, 0.1]; a facet that is absent does not move. */
const Delta = Type.Number({ minimum: -0.1, maximum: 0.1 });
export const FacetDeltas = Type.Partial(
  Type.Object(
    { concise: Delta, step_by_step: Delta, code_first: Delta, formal: Delta },
    { additionalProperties: false },
  ),
);
export type FacetDeltas = Type.Static<typeof FacetDeltas>;

/** What was known of the user when the hypotheses were made. */
export const UserContext = Type.Object({
  persona_facets: Facets,
  interaction_count: Type.Integer({ minimum: 0 }),
  recent_goals: Type.Array(Type.String()),
  preferences: Type.Array(Type.String()),
});
export type UserContext = Type.Static<typeof UserContext>;

/** A hypothesis as it was shown: what the ranker thought of it, and the chance it had to stand there. */
export const ShownHypothesis = Type.Object({
  id: Type.String(),
  question: Type.String(),
  rationale: Type.String(),
  /** Calibrated: of those shown at 0.8, 80 % are picked. */
  confidence: Confidence,
  /** The ranker's own, before calibration. */
  raw_confidence: Confidence,
  /** 1 is the first place. */
  position: Type.Integer({ minimum: 1 }),
  /** The ranker's utility; only differences within one display mean something. */
  score: Type.Number(),
  /** Probability in (0, 1] that the display policy put this hypothesis at this position. */
  propensity: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** The ranker's features by name; score is their weighted sum. */
  features: Type.Record(Type.String(), Type.Number()),
});
export type ShownHypothesis = Type.Static<typeof ShownHypothesis>;

/** A memory that was used for a display, with the relevance in [0, 1] it was found by. */
export const UsedMemory = Type.Object({
  memory_id: Type.String(),
  type: Type.String(),
  relevance: Confidence,
  /** The embedding model whose vectors its likeness is by; absent where its words alone were compared. */
  embedding: Type.Optional(Type.String()),
  /** The language model that gave it its place; absent where none did. */
  reranked_by: Type.Optional(Type.String()),
});
export type UsedMemory = Type.Static<typeof UsedMemory>;

/**
 * The version that is written. The one before and the one after are read as well, so that the processes of two
 * versions can run side by side: the next version may add fields, which are ignored here, and may take none away.
 */
const version = 1;

/** What every event carries, whatever it says. */
export const envelope = {
  /** Version of the event's schema. */
  schema_version: Type.Integer({ minimum: Math.max(1, version - 1), maximum: version + 1 }),
  event_id: Type.String(),
  tenant_id: Type.String(),
  user_id: Type.String(),
  interaction_id: Type.String(),
  occurred_at: Timestamp,
};
