import { type Figure, percent } from './metric.ts';
import { type Case, chanceOf, hitsOf, unlearned } from './ranking.ts';

/** Hits of a set of cases, against chance and against the same engine with learning off. */
export function rankingFigure(measure: string, cases: Case[]): Figure {
  const [hits, off, chance] = [hitsOf(cases), hitsOf(cases.map(unlearned)), chanceOf(cases)];
  return {
    measure,
    value: `hit@1 ${percent(hits.first)}, MRR ${hits.mrr.toFixed(2)}`,
    cases: cases.length,
    against: `chance ${percent(chance.first)}, ${chance.mrr.toFixed(2)}; off ${percent(off.first)}, ${off.mrr.toFixed(2)}`,
  };
}
