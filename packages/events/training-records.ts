import { Type } from 'typebox';
import { FeedbackType } from './event.ts';
import { Confidence, FacetDeltas, Facets, Hypothesis, Timestamp, UsedMemory, UserContext } from './fields.ts';

/** Every record has its event id, so that readers can drop duplicates. */
const line = {
  timestamp: Timestamp,
  event_id: Type.String(),
  tenant_id: Type.String(),
  user_id: Type.String(),
  interaction_id: Type.String(),
};

const HypothesesRecord = Type.Object({
  ...line,
  user_input: Type.String(),
  context: UserContext,
  hypotheses: Type.Array(Type.Pick(Hypothesis, ['id', 'question', 'confidence', 'position', 'propensity'])),
  /** Chance of none of these; absent in older records, whose confidences do not add up to 1. */
  none_confidence: Type.Optional(Confidence),
  selected_id: Type.Union([Type.String(), Type.Null()]),
  label: Type.Union([Type.Literal('positive'), Type.Literal('negative')]),
  auto_advanced: Type.Boolean(),
  selected_confidence: Type.Union([Confidence, Type.Null()]),
  model_id: Type.String(),
});
export type HypothesesRecord = Type.Static<typeof HypothesesRecord>;

const PersonaRecord = Type.Object({
  ...line,
  old_facets: Facets,
  new_facets: Facets,
  facet_deltas: FacetDeltas,
  signals: Type.Object({
    selected_hypothesis_id: Type.Union([Type.String(), Type.Null()]),
    success: Type.Boolean(),
  }),
  decided_by: Type.String(),
  reason: Type.String(),
});
type PersonaRecord = Type.Static<typeof PersonaRecord>;

const RankingRecord = Type.Object({
  ...line,
  used_memories: Type.Array(UsedMemory),
  hypotheses: Type.Array(
    Type.Object({
      id: Type.String(),
      position: Type.Integer(),
      score: Type.Number(),
      propensity: Type.Number(),
      features: Type.Record(Type.String(), Type.Number()),
      chosen: Type.Boolean(),
    }),
  ),
  model_id: Type.String(),
});
type RankingRecord = Type.Static<typeof RankingRecord>;

const FeedbackRecord = Type.Object({
  ...line,
  type: FeedbackType,
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
});
type FeedbackRecord = Type.Static<typeof FeedbackRecord>;

export interface TrainingRecords {
  hypotheses_data: HypothesesRecord;
  persona_updates: PersonaRecord;
  ranking_data: RankingRecord;
  user_feedback: FeedbackRecord;
}
export type LogName = keyof TrainingRecords;
export const logNames = [
  'hypotheses_data',
  'persona_updates',
  'ranking_data',
  'user_feedback',
] as const satisfies LogName[];
