import type { FeedbackGiven } from '@learning-loop/events/feedback-given';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import { facetDeltasByFeedback } from '@learning-loop/learning/persona';
import type { Llm } from '@learning-loop/llm/llm';
import type { Handlers } from '@learning-loop/queue/learn';
import { adapt, type Change } from './adapt.ts';
import type { ReadBackground } from './background.ts';

/** How the persona worker learns from picks and from feedback. */
export const handlers = (llm: Llm, readBackground: ReadBackground): Handlers<'persona'> => ({
  // The deltas are asked for before any row is locked: a model may take its time.
  'hypothesis.selected': async (selections, context) => {
    const background = await readBackground(context.tx, selections);
    const changes = await Promise.all(
      selections.map(async (selection) => {
        const decision = await llm.facetDeltas({ selection, ...background(selection) });
        return { ...decision, cause: selection, interactions: 1, signals: signalsOf(selection) };
      }),
    );
    await adapt(changes, context);
  },
  'feedback.given': async (given, context) => {
    await adapt(given.map(changeByFeedback), context);
  },
});

const signalsOf = ({ selected_id }: HypothesisSelected) => ({
  selected_hypothesis_id: selected_id,
  success: selected_id !== null,
});

function changeByFeedback(cause: FeedbackGiven): Change {
  const success = cause.type === 'thumbs_up' || (cause.type === 'rating' && Number(cause.value) >= 4);
  const signals = { selected_hypothesis_id: null, success };
  return { ...facetDeltasByFeedback(cause), decided_by: 'rules', cause, interactions: 0, signals };
}
