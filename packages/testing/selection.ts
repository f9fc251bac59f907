import type { HypothesisSelected } from '@learning-loop/events/event';
import type { Hypothesis } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/ids';

/** Hypotheses as they would be shown for these questions, the first the likeliest. */
export function hypothesesFor(questions: string[]): Hypothesis[] {
  return questions.map((question, place) => ({
    id: `h${place + 1}`,
    question,
    rationale: '',
    confidence: 0.8 / (place + 1),
    raw_confidence: 0.8 / (place + 1),
    position: place + 1,
    score: -place,
    propensity: 1,
    features: {},
  }));
}

const questions = [
  'Do you want to build a REST API with FastAPI and Docker deployment?',
  'Do you want to design the contract of the API first?',
  'Do you want to learn the best practices of APIs?',
];

/** A pick of the first of three hypotheses, but for what is said otherwise. */
export function selection(said: Partial<HypothesisSelected> = {}): HypothesisSelected {
  return {
    schema_version: 1,
    event_id: newId(),
    interaction_id: newId(),
    tenant_id: 'default',
    user_id: 'ada',
    occurred_at: '2026-01-01T00:00:00.000Z',
    input_text: 'build api',
    media_type: 'text/plain',
    context: {
      persona_facets: { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 },
      interaction_count: 0,
      recent_goals: [],
      preferences: [],
    },
    hypotheses: hypothesesFor(questions),
    used_memories: [],
    selected_id: 'h1',
    auto_advanced: false,
    model_id: 'rules',
    ...said,
  };
}
