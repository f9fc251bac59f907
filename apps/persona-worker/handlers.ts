import type { FeedbackGiven } from '@learning-loop/events/feedback-given';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import type { FacetDecision, Llm } from '@learning-loop/llm/llm';
import type { Handlers } from '@learning-loop/queue/consumer/process-events';
import { decide } from './decide.ts';
import type { ReadBackground } from './persona-context.ts';
import { adapt, type Change } from './update-personas.ts';
import { windowsOf } from './windows.ts';

interface Means {
  llm: Llm;
  readBackground: ReadBackground;
  /** Picks of a user within so many milliseconds are decided upon together, as far as they are delivered together. */
  windowMs: number;
}

/** How the persona worker learns from picks and from feedback. */
export const handlers = ({ llm, readBackground, windowMs }: Means): Handlers<'persona'> => ({
  // The deltas are asked for before any row is locked: a model may take its time.
  'hypothesis.selected': async (selections, context) => {
    const background = await readBackground(context.tx, selections);
    const decided = await Promise.all(
      windowsOf(selections, windowMs).map((picks) => {
        const [user] = picks;
        return user === undefined ? [] : decide(llm, picks, background(user));
      }),
    );
    await adapt(decided.flat().map(changeByPick), context);
  },
  'feedback.given': async (all, context) => {
    const background = await readBackground(context.tx, all);
    const changes = await Promise.all(
      all.map(async (given) =>
        changeByFeedback(given, await llm.feedbackDeltas({ given, ...background(given) })),
      ),
    );
    await adapt(changes, context);
  },
});

function changeByPick({
  selection,
  decision,
}: {
  selection: HypothesisSelected;
  decision: FacetDecision;
}): Change {
  const { selected_id } = selection;
  const signals = { selected_hypothesis_id: selected_id, success: selected_id !== null };
  return { ...decision, cause: selection, interactions: 1, signals };
}

function changeByFeedback(cause: FeedbackGiven, decision: FacetDecision): Change {
  const success = cause.type === 'thumbs_up' || (cause.type === 'rating' && Number(cause.value) >= 4);
  const signals = { selected_hypothesis_id: null, success };
  return { ...decision, cause, interactions: 0, signals };
}
