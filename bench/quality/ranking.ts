import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { type PastSelection, type RankInput, rank } from '@learning-loop/learning/ranking/rank';

/** An interaction whose right hypothesis is known. */
export interface Case {
  input: RankInput;
  answer: string;
}

/** One clock for all: what is measured must not depend on the day. */
const today = new Date('2026-11-01T12:00:00Z');

export function toPastSelection(input_text: string, questions: string[], selected: number): PastSelection {
  return {
    input_text,
    at: today,
    shown: questions.map((question, i) => ({ question, chosen: i === selected })),
  };
}

/** What the gateway asks the ranker when a caller brings candidates. */
export function toRankInput(input_text: string, questions: string[], selections: PastSelection[]): RankInput {
  const candidates = questions.map((question) => ({ question, rationale: '', prior: 1 / questions.length }));
  return {
    input_text,
    candidates,
    selections,
    memories: [],
    tenantSelections: [],
    facets: defaultFacets,
    interaction_count: selections.length,
    now: today,
  };
}

/** The same, with learning off. */
export const withoutLearning = ({ input, answer }: Case): Case => ({
  answer,
  input: { ...input, selections: [], tenantSelections: [], memories: [], facets: defaultFacets },
});

export interface Hits {
  /** Share of cases whose answer came first. */
  first: number;
  /** Mean reciprocal rank. */
  mrr: number;
}

export function countHits(cases: Case[]): Hits {
  const places = cases.map(({ input, answer }) =>
    rank(input).findIndex(({ candidate }) => candidate.question === answer),
  );
  return {
    first: places.filter((place) => place === 0).length / places.length,
    mrr: places.reduce((sum, place) => sum + 1 / (place + 1), 0) / places.length,
  };
}

/** Expected hits of a random order: one hypothesis first, and the mean of 1/position. */
export function countChanceHits(cases: Case[]): Hits {
  const sizes = cases.map(({ input }) => input.candidates.length);
  const harmonic = (n: number) =>
    Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((sum, x) => sum + x, 0) / n;
  return {
    first: sizes.reduce((sum, n) => sum + 1 / n, 0) / sizes.length,
    mrr: sizes.reduce((sum, n) => sum + harmonic(n), 0) / sizes.length,
  };
}
