import { memoize } from '@learning-loop/async/memoize';
import { type FacetDeltas, type FacetName, type Facets, facetNames } from '@learning-loop/events/fields';
import { round } from '../text/vector.ts';

/** Words and signs that tell how an answer is meant to be given. */
const signs: Record<FacetName, RegExp> = {
  concise:
    /\b(?:brief(?:ly)?|short(?:er)?|quick(?:ly)?|concise|summar(?:y|ise|ize)|in a nutshell|one[- ]liner|tl;?dr|simple|minimal|overview)\b/giu,
  step_by_step:
    /\b(?:step[- ]by[- ]step|steps?|walk(?: me)? through|guide[ds]?|tutorial|detail(?:s|ed)?|thorough(?:ly)?|explain(?:ed)?|comprehensive|in depth)\b/giu,
  code_first:
    /\b(?:code|snippets?|example code|implementation|scripts?|runnable|boilerplate|source|function|copy[- ]paste)\b|`[^`]+`/giu,
  formal:
    /\b(?:formal(?:ly)?|professional(?:ly)?|official|academic|report|specification|policy|documentation|compliance|proposal)\b/giu,
};

/** How strongly a text shows each style, in [0, 1]: signs of it, however long the text is. */
const analyzeStyle: (text: string) => Readonly<Facets> = memoize((text) => {
  const style: Facets = { concise: 0, step_by_step: 0, code_first: 0, formal: 0 };
  for (const name of facetNames) {
    const distinct = new Set(text.match(signs[name])?.map((sign) => sign.toLowerCase()));
    style[name] = 1 - 0.5 ** distinct.size;
  }
  return style;
}, 5_000);

/** How a text's style fits a persona, in [-1, 1]; 0 when either says nothing. */
export function styleFit(text: string, facets: Facets): number {
  const style = analyzeStyle(text);
  return facetNames.reduce((sum, name) => sum + style[name] * (facets[name] - 0.5), 0) / 2;
}

/** What users say of an answer, and what it asks for. */
interface FeedbackPhrase {
  said: RegExp;
  deltas: FacetDeltas;
  reason: string;
}

const feedbackPhrases: FeedbackPhrase[] = [
  {
    said: /\btoo (?:brief|short|terse|concise|shallow|superficial)\b|\bmore (?:detail|details|depth|explanation)\b|\belaborate\b|\bnot (?:detailed|enough detail)\b/iu,
    deltas: { concise: -0.05, step_by_step: 0.02 },
    reason: 'asked for more detail',
  },
  {
    said: /\btoo (?:long|wordy|verbose|detailed|much text)\b|\b(?:shorter|briefer|more concise)\b|\bget to the point\b|\brambl/iu,
    deltas: { concise: 0.05, step_by_step: -0.02 },
    reason: 'asked for less text',
  },
  {
    said: /\bstep[- ]by[- ]step\b|\bwalk me through\b|\bmore steps\b|\bskipped (?:a )?steps?\b/iu,
    deltas: { step_by_step: 0.05 },
    reason: 'asked for steps',
  },
  {
    said: /\btoo many steps\b|\bfewer steps\b/iu,
    deltas: { step_by_step: -0.05 },
    reason: 'asked for fewer steps',
  },
  {
    said: /\b(?:more|show(?: me)?(?: the| some)?|where is the|need(?: the| some)?|missing|no) code\b|\bcode (?:example|sample|snippet)s?\b(?! not)/iu,
    deltas: { code_first: 0.05 },
    reason: 'asked for code',
  },
  {
    said: /\b(?:too much|less|without|don't need) code\b/iu,
    deltas: { code_first: -0.05 },
    reason: 'asked for less code',
  },
  {
    said: /\btoo (?:formal|stiff)\b|\bmore casual\b|\bless formal\b/iu,
    deltas: { formal: -0.05 },
    reason: 'asked for a casual tone',
  },
  {
    said: /\btoo (?:casual|informal|sloppy|chatty)\b|\bmore (?:formal|professional)\b|\bunprofessional\b/iu,
    deltas: { formal: 0.05 },
    reason: 'asked for a formal tone',
  },
];

/** What a comment asks for; null when it says nothing about style. */
function matchFeedbackPhrase(comment: string): FeedbackPhrase | null {
  return feedbackPhrases.find(({ said }) => said.test(comment.slice(0, 1000))) ?? null;
}

/** Nothing is known yet. */
export const defaultFacets: Facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

/** What a selection tells of how the user likes to be answered. */
export interface FacetSelection {
  selected_id: string | null;
  hypotheses: { id: string; question: string }[];
  input_text: string;
}

/** Deltas in [-0.1, 0.1], and why. */
export interface FacetChange {
  deltas: FacetDeltas;
  reason: string;
}

const largest = 0.1;
/** What a facet moves when the chosen fully shows a style that nothing else shown has. */
const styleStep = 0.04;

/** The facets that a selection moves: by its position, and by the style of the chosen against what was left. */
export function selectionFacetDeltas({ selected_id, hypotheses }: FacetSelection): FacetChange {
  const chosen = hypotheses.find(({ id }) => id === selected_id);
  if (chosen === undefined) return { deltas: {}, reason: 'none of the hypotheses was chosen' };
  const first = chosen.id === 'h1';
  const byPosition: FacetDeltas = first ? { concise: 0.02 } : { step_by_step: 0.02, concise: -0.01 };
  const style = styleContrast(
    chosen.question,
    hypotheses.filter((other) => other !== chosen).map(({ question }) => question),
  );
  const styled = facetNames.filter((name) => style[name] !== undefined);
  const why = styled.length === 0 ? '' : `; its style differs in ${styled.join(', ')}`;
  return { deltas: sum(byPosition, style), reason: `${chosen.id} was chosen${why}` };
}

/** How the chosen differs in style. A chosen text without any style tells only what was not wanted. */
function styleContrast(chosen: string, rejected: string[]): FacetDeltas {
  const style = analyzeStyle(chosen);
  const others = rejected.map(analyzeStyle);
  const plain = facetNames.every((name) => style[name] === 0);
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    if (plain && (name === 'concise' || name === 'step_by_step')) continue;
    const left = others.reduce((total, other) => total + other[name], 0) / Math.max(1, others.length);
    const delta = round((plain ? 0.5 : 1) * styleStep * (style[name] - left));
    if (delta !== 0) deltas[name] = delta;
  }
  return deltas;
}

function sum(a: FacetDeltas, b: FacetDeltas): FacetDeltas {
  const deltas: FacetDeltas = {};
  for (const name of facetNames) {
    const delta = (a[name] ?? 0) + (b[name] ?? 0);
    if (delta !== 0) deltas[name] = round(Math.min(largest, Math.max(-largest, delta)));
  }
  return deltas;
}

/** The facets that a feedback moves: by what was said, else a failed answer is explained more the next time. */
export function feedbackFacetDeltas(feedback: { type: string; value: string | number | null }): FacetChange {
  const { type, value } = feedback;
  const remark = typeof value === 'string' ? matchFeedbackPhrase(value) : null;
  if (remark !== null) return { deltas: { ...remark.deltas }, reason: remark.reason };
  const failed = type === 'thumbs_down' || (type === 'rating' && value !== null && Number(value) <= 2);
  return failed
    ? { deltas: { concise: -0.01, step_by_step: 0.01 }, reason: 'the answer did not help' }
    : { deltas: {}, reason: 'says nothing about style' };
}

/** The facets after the deltas: clamped to [0, 1], four decimals. */
export function applyDeltas(facets: Facets, deltas: FacetDeltas): Facets {
  const moved = { ...facets };
  for (const name of facetNames) {
    moved[name] = round(Math.min(1, Math.max(0, facets[name] + (deltas[name] ?? 0))));
  }
  return moved;
}
