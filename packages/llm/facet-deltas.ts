import { type FacetDeltas, facetNames } from '@learning-loop/events/fields';
import { Type } from 'typebox';
import { visible, visibleLine, visibleLines } from './data-block.ts';
import type { FacetRequest } from './llm.ts';
import { closed, type Question } from './question.ts';

const Decided = Type.Object(
  {
    concise: Type.Number(),
    step_by_step: Type.Number(),
    code_first: Type.Number(),
    formal: Type.Number(),
    reason: Type.String(),
  },
  closed,
);
type Decided = Type.Static<typeof Decided>;

export const howToAnswer: Question<FacetRequest, typeof Decided> = {
  operation: 'facet_deltas',
  instructions: `You keep the persona of a user of an assistant: facets from 0 to 1 that say how this user likes to
be answered (concise: short; step_by_step: in steps; code_first: code before prose; formal: in formal language).
From what the user chose among the hypotheses shown, what was shown and not chosen, the feedback and the history,
give the change of each facet, from -0.1 to 0.1: 0 where nothing speaks for a change, 0.02 for a weak sign, 0.1 only
for a plain wish. "reason" says why in at most twenty words.`,
  data: ({ selection, facets, feedback, history }) => ({
    input_text: visible(selection.input_text, 2000),
    shown: selection.hypotheses.slice(0, 10).map(({ id, position, question }) => ({
      position,
      question: visibleLine(question, 300),
      chosen: id === selection.selected_id,
    })),
    facets,
    feedback: feedback.slice(0, 10).map(({ type, value }) => ({
      type,
      value: typeof value === 'string' ? visibleLine(value, 300) : value,
    })),
    history: visibleLines(history, 300),
  }),
  answer: Decided,
  maxTokens: 200,
};

/** The deltas that a model decided, clamped to [-0.1, 0.1]; a facet that it left alone is absent. */
export function decision(decided: Decided): { deltas: FacetDeltas; reason: string } {
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    const delta = Math.min(0.1, Math.max(-0.1, decided[name]));
    if (delta !== 0) deltas[name] = delta;
  }
  return { deltas, reason: visibleLine(decided.reason, 300) || 'the model gave no reason' };
}
