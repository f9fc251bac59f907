import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import { facetDeltasByRules } from '@learning-loop/learning/persona/facets';
import type { FacetBackground, FacetDecision, Llm } from '@learning-loop/llm/llm';

interface Decided {
  selection: HypothesisSelected;
  decision: FacetDecision;
}

/**
 * What the picks of one window, oldest first, do to the facets: a model decides once for all of them, with the last
 * one, and the others only count. Where the rules answer instead, they decide on each.
 */
export async function decide(
  llm: Llm,
  picks: HypothesisSelected[],
  background: FacetBackground,
): Promise<Decided[]> {
  const last = picks.at(-1);
  if (last === undefined) return [];
  const before = picks.slice(0, -1);
  const decision = await llm.facetDeltas({ selection: last, before, ...background });
  return [
    ...before.map((selection) => ({ selection, decision: decisionBeside(decision, selection) })),
    { selection: last, decision },
  ];
}

function decisionBeside({ decided_by }: FacetDecision, selection: HypothesisSelected): FacetDecision {
  if (decided_by === 'rules') return { ...facetDeltasByRules(selection), decided_by };
  return { deltas: {}, decided_by, reason: 'decided together with the pick that soon followed' };
}
