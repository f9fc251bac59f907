import { Confidence, FacetDeltas, Facets, Timestamp } from '@learning-loop/events/fields';
import { Type } from 'typebox';

// Only the fields that the demo reads.
const Hypothesis = Type.Object({
  id: Type.String(),
  question: Type.String(),
  rationale: Type.String(),
  confidence: Confidence,
});

export const Hypotheses = Type.Object({
  interaction_id: Type.String(),
  hypotheses: Type.Array(Hypothesis, { minItems: 1 }),
  none_confidence: Confidence,
});
export type Hypotheses = Type.Static<typeof Hypotheses>;

export const Executed = Type.Object({ event_id: Type.String() });

const LearnedMemory = Type.Object({ type: Type.String(), content: Type.String(), confidence: Confidence });

const Learning = Type.Object({
  memory: Type.Object({ memories: Type.Array(LearnedMemory) }),
  persona: Type.Object({ facet_deltas: Type.Optional(FacetDeltas) }),
});
export type Learning = Type.Static<typeof Learning>;

export const Interaction = Type.Object({
  event_id: Type.Union([Type.String(), Type.Null()]),
  selected_at: Type.Union([Timestamp, Type.Null()]),
  learned: Type.Boolean(),
  learning: Type.Union([Learning, Type.Null()]),
});
export type Interaction = Type.Static<typeof Interaction>;

export const Persona = Type.Object({ facets: Facets, interaction_count: Type.Integer() });
export type Persona = Type.Static<typeof Persona>;

const Memory = Type.Object({
  type: Type.String(),
  content: Type.String(),
  confidence: Confidence,
  count: Type.Integer(),
});
export type Memory = Type.Static<typeof Memory>;

export const Memories = Type.Object({
  memories: Type.Array(Memory),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

export const Ready = Type.Object({
  status: Type.String(),
  outbox_pending: Type.Integer(),
  oldest_pending_ms: Type.Union([Type.Number(), Type.Null()]),
});

export const TrainingStats = Type.Object({
  hypotheses_count: Type.Integer(),
  persona_updates_count: Type.Integer(),
  ranking_samples_count: Type.Integer(),
});
