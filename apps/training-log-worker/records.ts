import type { FeedbackGiven } from '@learning-loop/events/feedback-given';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import type { PersonaUpdated } from '@learning-loop/events/persona-updated';
import type { TrainingRecords } from '@learning-loop/events/training-records';

type Event = HypothesisSelected | PersonaUpdated | FeedbackGiven;

const lineOf = ({ occurred_at, event_id, tenant_id, user_id, interaction_id }: Event) => ({
  timestamp: occurred_at,
  ...{ event_id, tenant_id, user_id, interaction_id },
});

export function hypothesesRecord(event: HypothesisSelected): TrainingRecords['hypotheses_data'] {
  const selected = event.hypotheses.find(({ id }) => id === event.selected_id);
  return {
    ...lineOf(event),
    user_input: event.input_text,
    context: event.context,
    hypotheses: event.hypotheses.map(({ id, question, confidence, position, propensity }) => ({
      ...{ id, question, confidence, position, propensity },
    })),
    selected_id: event.selected_id,
    label: selected ? 'positive' : 'negative',
    auto_advanced: event.auto_advanced,
    selected_confidence: selected?.confidence ?? null,
    model_id: event.model_id,
  };
}

export function rankingRecord(event: HypothesisSelected): TrainingRecords['ranking_data'] {
  return {
    ...lineOf(event),
    used_memories: event.used_memories,
    hypotheses: event.hypotheses.map(({ id, position, score, propensity, features }) => ({
      ...{ id, position, score, propensity, features },
      chosen: id === event.selected_id,
    })),
    model_id: event.model_id,
  };
}

export function personaRecord(event: PersonaUpdated): TrainingRecords['persona_updates'] {
  const { old_facets, new_facets, facet_deltas, signals, decided_by, reason } = event;
  return { ...lineOf(event), old_facets, new_facets, facet_deltas, signals, decided_by, reason };
}

export function feedbackRecord(event: FeedbackGiven): TrainingRecords['user_feedback'] {
  const { type, value } = event;
  return { ...lineOf(event), type, value };
}
