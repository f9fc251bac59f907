import { type FacetDeltas, facetNames } from '@learning-loop/events/fields';
import { Type } from 'typebox';
import type { FacetContext, FacetRequest, FeedbackRequest } from '../llm.ts';
import { closed, type PromptTemplate, stripInvisible, toVisibleLine, toVisibleLines } from './prompt.ts';

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

const persona = `You keep the persona of a user of an assistant: facets from 0 to 1 that say how this user likes to
be answered (concise: short; step_by_step: in steps; code_first: code before prose; formal: in formal language).`;
const changes = `Give the change of each facet, from -0.1 to 0.1: 0 where nothing speaks for a change, 0.02 for a weak
sign, 0.1 only for a plain wish. "reason" says why in at most twenty words.`;

const maxBefore = 5;

export const selectionFacetPrompt: PromptTemplate<FacetRequest, typeof Decided> = {
  operation: 'facet_deltas',
  instructions: `${persona}
Decide from what the user chose among the hypotheses shown, what was shown and not chosen, the picks right before
it ("before"), the feedback and the history: one change for all of these picks together.
${changes}`,
  data: ({ selection, before, ...context }) => ({
    ...toSelectionData(selection, 2000),
    ...(before.length === 0
      ? {}
      : { before: before.slice(-maxBefore).map((earlier) => toSelectionData(earlier, 300)) }),
    ...toContextData(context),
  }),
  answer: Decided,
  maxTokens: 200,
};

export const feedbackFacetPrompt: PromptTemplate<FeedbackRequest, typeof Decided> = {
  operation: 'feedback_deltas',
  instructions: `${persona}
Decide from what the user said of an answer ("given"), the feedback before it and the history.
${changes}`,
  data: ({ given, ...context }) => ({ given: toFeedbackData(given), ...toContextData(context) }),
  answer: Decided,
  maxTokens: 200,
};

function toSelectionData({ input_text, hypotheses, selected_id }: FacetRequest['selection'], limit: number) {
  const shown = hypotheses.slice(0, 10).map(({ id, position, question }) => ({
    position,
    question: toVisibleLine(question, 300),
    chosen: id === selected_id,
  }));
  return { input_text: stripInvisible(input_text, limit), shown };
}

function toContextData({ facets, feedback, history }: FacetContext) {
  return {
    facets,
    feedback: feedback.slice(0, 10).map(toFeedbackData),
    history: toVisibleLines(history, 300),
  };
}

function toFeedbackData({ type, value }: FacetContext['feedback'][number]) {
  return { type, value: typeof value === 'string' ? toVisibleLine(value, 300) : value };
}

/** Clamps deltas to [-0.1, 0.1] and omits those of 0. */
export function toDecision(decided: Decided): { deltas: FacetDeltas; reason: string } {
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    const delta = Math.min(0.1, Math.max(-0.1, decided[name]));
    if (delta !== 0) deltas[name] = delta;
  }
  return { deltas, reason: toVisibleLine(decided.reason, 300) || 'the model gave no reason' };
}
