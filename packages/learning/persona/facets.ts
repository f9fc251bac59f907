import { memoize } from '@learning-loop/async/memoize';
import { type FacetDeltas, type FacetName, type Facets, facetNames } from '@learning-loop/events/fields';
import { round } from '../text/vector.ts';
import { readFeedback } from './feedback-phrases.ts';

const stylePatterns: Record<FacetName, RegExp> = {
  concise:
    /\b(?:brief(?:ly)?|short(?:er)?|quick(?:ly)?|concise|summar(?:y|ise|ize)|in a nutshell|one[- ]liner|tl;?dr|simple|minimal|overview)\b/giu,
  step_by_step:
    /\b(?:step[- ]by[- ]step|steps?|walk(?: me)? through|guide[ds]?|tutorial|detail(?:s|ed)?|thorough(?:ly)?|explain(?:ed)?|comprehensive|in depth)\b/giu,
  code_first:
    /\b(?:code|snippets?|example code|implementation|scripts?|runnable|boilerplate|source|function|copy[- ]paste)\b|`[^`]+`/giu,
  formal:
    /\b(?:formal(?:ly)?|professional(?:ly)?|official|academic|report|specification|policy|documentation|compliance|proposal)\b/giu,
};

/** Strength of each style, in [0, 1], by the number of distinct matches, whatever the text's length. */
const analyzeStyle: (text: string) => Readonly<Facets> = memoize((text) => {
  const style: Facets = { concise: 0, step_by_step: 0, code_first: 0, formal: 0 };
  for (const name of facetNames) {
    const distinct = new Set(text.match(stylePatterns[name])?.map((match) => match.toLowerCase()));
    style[name] = 1 - 0.5 ** distinct.size;
  }
  return style;
}, 5_000);

/** In [-1, 1]; 0 when the text has no style or the facets are neutral. */
export function styleFit(text: string, facets: Facets): number {
  const style = analyzeStyle(text);
  return facetNames.reduce((sum, name) => sum + style[name] * (facets[name] - 0.5), 0) / 2;
}

export const defaultFacets: Facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

export interface FacetSelection {
  /** Who made the hypotheses. */
  model_id: string;
  selected_id: string | null;
  hypotheses: { id: string; question: string }[];
  input_text: string;
}

export interface FacetChange {
  deltas: FacetDeltas;
  reason: string;
}

/** Delta of a style that the selected hypothesis fully shows and the others lack. */
const styleStep = 0.04;

export function selectionFacetDeltas({ model_id, selected_id, hypotheses }: FacetSelection): FacetChange {
  const selected = hypotheses.find(({ id }) => id === selected_id);
  if (selected === undefined) return { deltas: {}, reason: 'none of the hypotheses was chosen' };
  const byPosition = positionDeltas(selected.id, model_id);
  const style = styleContrast(
    selected.question,
    hypotheses.filter((other) => other !== selected).map(({ question }) => question),
  );
  const differing = facetNames.filter((name) => style[name] !== undefined);
  const why = differing.length === 0 ? '' : `; its style differs in ${differing.join(', ')}`;
  return { deltas: addDeltas(byPosition, style), reason: `${selected.id} was chosen${why}` };
}

/** Of our own candidates the first is the plainest. The place of a caller's candidate says nothing about style. */
function positionDeltas(selectedId: string, modelId: string): FacetDeltas {
  if (modelId === 'candidates') return {};
  return selectedId === 'h1' ? { concise: 0.02 } : { step_by_step: 0.02, concise: -0.01 };
}

/** A selected text without any style shows only what was not wanted: half of the step, and not in every facet. */
function styleContrast(selected: string, rejected: string[]): FacetDeltas {
  const style = analyzeStyle(selected);
  const others = rejected.map(analyzeStyle);
  const plain = facetNames.every((name) => style[name] === 0);
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    if (plain && (name === 'concise' || name === 'step_by_step')) continue;
    const mean = others.reduce((total, other) => total + other[name], 0) / Math.max(1, others.length);
    const delta = round((plain ? 0.5 : 1) * styleStep * (style[name] - mean));
    if (delta !== 0) deltas[name] = delta;
  }
  return deltas;
}

/** At most 0.06: the delta of a position and that of a style. */
function addDeltas(a: FacetDeltas, b: FacetDeltas): FacetDeltas {
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    const delta = (a[name] ?? 0) + (b[name] ?? 0);
    if (delta !== 0) deltas[name] = round(delta);
  }
  return deltas;
}

/** By what a comment asks for; after any other negative feedback, answers explain slightly more. */
export function feedbackFacetDeltas(feedback: { type: string; value: string | number | null }): FacetChange {
  const { type, value } = feedback;
  const phrase = typeof value === 'string' ? readFeedback(value) : null;
  if (phrase !== null) return phrase;
  const failed = type === 'thumbs_down' || (type === 'rating' && value !== null && Number(value) <= 2);
  return failed
    ? { deltas: { concise: -0.01, step_by_step: 0.01 }, reason: 'the answer did not help' }
    : { deltas: {}, reason: 'says nothing about style' };
}

/** Clamped to [0, 1], four decimals. */
export function applyDeltas(facets: Facets, deltas: FacetDeltas): Facets {
  const updated = { ...facets };
  for (const name of facetNames) {
    updated[name] = round(Math.min(1, Math.max(0, facets[name] + (deltas[name] ?? 0))));
  }
  return updated;
}
