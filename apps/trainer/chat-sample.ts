import type { TrainingRecords } from '@learning-loop/events/training-records';

const system =
  'You say what a user most likely means by a request, as one question that the user can answer with yes.';

/** A pick as chat messages for supervised fine-tuning (OpenAI's format, and TRL's conversational one). */
export function chatSample({
  user_input,
  context,
  hypotheses,
  selected_id,
}: TrainingRecords['hypotheses_data']) {
  const selected = hypotheses.find(({ id }) => id === selected_id);
  return {
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: JSON.stringify({ request: user_input, context }) },
      { role: 'assistant', content: selected?.question ?? '' },
    ],
  };
}
