import { type Metric, percent } from './metric.ts';
import { type Case, countChanceHits, countHits, withoutLearning } from './ranking.ts';

/** Hits of a set of cases, against chance and against the same engine with learning off. */
export function toRankingMetric(measure: string, cases: Case[]): Metric {
  const [hits, off, chance] = [
    countHits(cases),
    countHits(cases.map(withoutLearning)),
    countChanceHits(cases),
  ];
  return {
    measure,
    value: `hit@1 ${percent(hits.first)}, MRR ${hits.mrr.toFixed(2)}`,
    cases: cases.length,
    against: `chance ${percent(chance.first)}, ${chance.mrr.toFixed(2)}; off ${percent(off.first)}, ${off.mrr.toFixed(2)}`,
  };
}
