import type { FacetDeltas, Facets } from '@learning-loop/events/fields';
import { facetNames } from '@learning-loop/events/fields';

/** Nothing is known yet. */
export const startFacets: Facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

/** What a selection tells of how the user likes to be answered. */
export interface Selection {
  selected_id: string | null;
  hypotheses: { id: string; question: string }[];
  input_text: string;
}

export interface FacetChange {
  deltas: FacetDeltas;
  reason: string;
}

/** The facets that a selection moves by rule; each delta lies in [-0.1, 0.1]. */
export function facetDeltasByRules(selection: Selection): FacetChange {
  if (selection.selected_id === null) return { deltas: {}, reason: 'all hypotheses were rejected' };
  if (selection.selected_id === 'h1')
    return { deltas: { concise: 0.02 }, reason: 'the first hypothesis fitted' };
  return { deltas: { step_by_step: 0.02, concise: -0.01 }, reason: 'a later hypothesis was read and chosen' };
}

/** The facets that a feedback moves by rule. */
export function facetDeltasByFeedback(feedback: {
  type: string;
  value: string | number | null;
}): FacetChange {
  const said = typeof feedback.value === 'string' ? feedback.value : '';
  if (/\btoo (?:brief|short|terse)\b/iu.test(said)) {
    return { deltas: { concise: -0.05 }, reason: 'asked for more' };
  }
  if (/\btoo (?:long|wordy|verbose)\b/iu.test(said)) {
    return { deltas: { concise: 0.05 }, reason: 'asked for less' };
  }
  return { deltas: {}, reason: 'says nothing about style' };
}

/** The facets after the deltas: clamped to [0, 1], four decimals. */
export function applyDeltas(facets: Facets, deltas: FacetDeltas): Facets {
  const moved = { ...facets };
  for (const name of facetNames) {
    const sum = facets[name] + (deltas[name] ?? 0);
    moved[name] = Math.round(Math.min(1, Math.max(0, sum)) * 10_000) / 10_000;
  }
  return moved;
}
